import { LRUCache } from 'lru-cache';
import type { MembershipInfo, MembershipTable } from '../database/tables/membership-table.js';
import type { PushSubscriptionTable } from '../database/tables/push-subscription-table.js';
import { Backoff } from '../lib/backoff.js';
import { reasonOf } from '../lib/error-reason.js';
import type { Log } from '../telemetry/logger.js';

export interface FollowersDependencies {
  memberships: Pick<MembershipTable, 'among' | 'cache' | 'of'>;
  subscriptions: Pick<PushSubscriptionTable, 'follow' | 'hasSubscription' | 'subscribers'>;
  log: Log;
  /** The subscribers were read, or one was added. */
  changed(): void;
}

/** Rooms whose followers are kept in memory. */
const MAX_ROOMS = 2_000;

/**
 * The users with a push subscription, and which of them follow a room. Most users have none, so a room's followers are
 * looked up among the subscribers, and not the reverse.
 */
export class Followers {
  readonly #dependencies: FollowersDependencies;
  readonly #rooms = new LRUCache<string, Promise<Set<string>>>({ max: MAX_ROOMS });
  readonly #unfollow: () => void;
  #subscribers = new Set<string>();
  #generation = 0;
  readonly #onMembership = (before: MembershipInfo | null, after: MembershipInfo | null) => {
    if (before) this.#rooms.delete(before.room);
    if (after && !before) this.#rooms.delete(after.room);
  };
  readonly #onResync = () => this.#rooms.clear();

  constructor(dependencies: FollowersDependencies) {
    this.#dependencies = dependencies;
    const { memberships, subscriptions } = dependencies;
    memberships.cache.on('changed', this.#onMembership);
    memberships.cache.on('resynchronised', this.#onResync);
    this.#unfollow = subscriptions.follow({
      opened: () => void this.#load(),
      changed: (id_user) => void this.#check(id_user),
      lost: () => {
        this.#generation += 1;
      },
    });
  }

  get size(): number {
    return this.#subscribers.size;
  }

  isSubscriber(id_user: string): boolean {
    return this.#subscribers.has(id_user);
  }

  /** The subscribers who follow a room. @throws ChatError `database-unavailable` */
  async of(room: string): Promise<Set<string>> {
    const present = this.#rooms.get(room);
    if (present) return present;
    const found = this.#find(room);
    this.#rooms.set(room, found);
    found.catch(() => {
      if (this.#rooms.peek(room) === found) this.#rooms.delete(room);
    });
    return found;
  }

  close(): void {
    this.#generation += 1;
    this.#unfollow();
    const { cache } = this.#dependencies.memberships;
    cache.off('changed', this.#onMembership);
    cache.off('resynchronised', this.#onResync);
  }

  async #find(room: string): Promise<Set<string>> {
    return new Set(await this.#dependencies.memberships.among(room, [...this.#subscribers]));
  }

  async #load(): Promise<void> {
    this.#generation += 1;
    const generation = this.#generation;
    const { subscriptions, log } = this.#dependencies;
    const backoff = new Backoff();
    while (generation === this.#generation) {
      try {
        const found = await subscriptions.subscribers();
        if (generation !== this.#generation) return;
        this.#subscribers = found;
        this.#rooms.clear();
        this.#dependencies.changed();
        return;
      } catch (error) {
        log.debug({ reason: reasonOf(error) }, 'push: subscriptions could not be read, retrying');
        await new Promise((resolve) => setTimeout(resolve, backoff.next()).unref());
      }
    }
  }

  /** A subscription of the user was added or removed. */
  async #check(id_user: string): Promise<void> {
    const { memberships, subscriptions } = this.#dependencies;
    try {
      const has = await subscriptions.hasSubscription(id_user);
      if (has === this.#subscribers.has(id_user)) return;
      if (has) this.#subscribers.add(id_user);
      else this.#subscribers.delete(id_user);
      for (const { room } of await memberships.of(id_user)) this.#rooms.delete(room);
      this.#dependencies.changed();
    } catch {
      // Loading again brings the state of all users.
      void this.#load();
    }
  }
}
