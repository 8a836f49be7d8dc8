import { LRUCache } from 'lru-cache';
import type { MembershipTable } from '../database/tables/membership-table.js';
import type { MessageScan } from '../database/tables/message-scan.js';
import type { PushLease } from '../database/tables/push-lease.js';
import type { PushSubscriptionTable } from '../database/tables/push-subscription-table.js';
import type { SettingsTable } from '../database/tables/settings-table.js';
import { reasonOf } from '../lib/error-reason.js';
import { OrderedTasks } from '../lib/ordered-tasks.js';
import type { Message } from '../protocol/message.js';
import { diagnostics } from '../telemetry/diagnostics-channels.js';
import type { Log } from '../telemetry/logger.js';
import { Followers } from './followers.js';
import { LeaseHolder } from './lease-holder.js';
import type { PushQueue } from './push-queue.js';
import { Recipients } from './recipients.js';

export interface PushNotificationsDependencies {
  lease: PushLease;
  log: Log;
  memberships: MembershipTable;
  messages: Pick<MessageScan, 'follow' | 'since'>;
  queue: PushQueue;
  settings: SettingsTable;
  subscriptions: PushSubscriptionTable;
  /** Pushes what is due in the queue. Never rejects. */
  flush: (recipients: Recipients) => Promise<void>;
  now: () => number;
  /** As in `LeaseHolderDependencies`. */
  renewMs?: number | undefined;
}

/** Messages that are older are not pushed: after an interruption, or by an import. */
const MAX_MESSAGE_AGE_MS = 10 * 60_000;
/** Messages that wait for their recipients. Further ones are not pushed. */
const MAX_WAITING_MESSAGES = 5_000;
/** Messages that are not handled again after the feed was interrupted. */
const MAX_HANDLED = 20_000;
/** Milliseconds within which a message is pushed, unless the process ends. The next holder of the lease pushes it then. */
const PUSH_DELAY_MS = 15_000;
const FLUSH_INTERVAL_MS = 500;
/** Subscriptions that no page has confirmed for so long are removed. Pages confirm them each week. */
const UNCONFIRMED_MS = 180 * 24 * 60 * 60_000;
const PURGE_INTERVAL_MS = 6 * 60 * 60_000;

/**
 * Pushes notifications of new messages, in one process of all: the holder of a lease in the database. It follows the
 * messages by a changefeed, so that a row of any program notifies. After an interruption, or when another process takes
 * over, the messages since then are read.
 */
export class PushNotifications {
  readonly #dependencies: PushNotificationsDependencies;
  readonly #holder: LeaseHolder;
  readonly #tasks: OrderedTasks;
  readonly #handled = new LRUCache<string, true>({ max: MAX_HANDLED });
  #followers: Followers | null = null;
  #recipients: Recipients | null = null;
  #unfollow: (() => void) | null = null;
  #timers: NodeJS.Timeout[] = [];
  /** Messages sent before this time were handled, milliseconds since 1970; null: all messages from now on. */
  #since: number | null = null;
  /** When this process started, for the first one that ever holds the lease. */
  readonly #startedAt: number;
  #isFollowing = false;
  #isStopped = false;

  constructor(dependencies: PushNotificationsDependencies) {
    this.#dependencies = dependencies;
    this.#startedAt = dependencies.now();
    const { lease, log, now, renewMs } = dependencies;
    this.#tasks = new OrderedTasks({
      limit: MAX_WAITING_MESSAGES,
      failed: (error) => log.warn({ reason: reasonOf(error) }, 'push: recipients could not be determined'),
    });
    this.#holder = new LeaseHolder({
      lease,
      log,
      now,
      renewMs,
      acquired: (seen) => this.#acquired(seen),
      lost: () => this.#lost(),
      seen: () => (this.#isFollowing ? now() - PUSH_DELAY_MS : this.#since),
    });
  }

  /** This process pushes notifications. */
  get isActive(): boolean {
    return this.#holder.isHeld;
  }

  start(): void {
    this.#holder.start();
  }

  /** Pushes what waits, and lets another process continue. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    const { queue, flush, now } = this.#dependencies;
    const recipients = this.#recipients;
    this.#unfollow?.();
    if (recipients && this.isActive) {
      queue.hurry();
      await flush(recipients);
    }
    await this.#holder.stop(this.#isFollowing ? now() : this.#since);
  }

  /** @param seen as the previous holder left it; null at the first start */
  #acquired(seen: number | null): void {
    const { log, memberships, queue, settings, subscriptions, flush, now } = this.#dependencies;
    this.#since = seen ?? this.#startedAt;
    const followers = new Followers({ memberships, subscriptions, log, changed: () => this.#follow() });
    const recipients = new Recipients({ followers, memberships, settings, now });
    this.#followers = followers;
    this.#recipients = recipients;
    const purge = () => void subscriptions.purge(now() - UNCONFIRMED_MS).catch(() => {});
    this.#timers = [
      setInterval(() => queue.size > 0 && this.isActive && void flush(recipients), FLUSH_INTERVAL_MS),
      setInterval(purge, PURGE_INTERVAL_MS),
    ];
    log.debug('push: this process pushes notifications');
  }

  #lost(): void {
    for (const timer of this.#timers) clearInterval(timer);
    this.#unfollow?.();
    this.#unfollow = null;
    this.#isFollowing = false;
    this.#followers?.close();
    this.#followers = null;
    this.#recipients = null;
    this.#dependencies.queue.clear();
  }

  /** The subscribers are known. Messages are followed from the first one on. */
  #follow(): void {
    const followers = this.#followers;
    if (this.#unfollow || this.#isStopped || !followers) return;
    if (followers.size === 0) {
      this.#since = this.#dependencies.now();
      return;
    }
    this.#unfollow = this.#dependencies.messages.follow({
      opened: () => void this.#catchUp(),
      changed: (_id, before, after) => {
        if (!before && after) this.#handle(after);
      },
      lost: () => {
        this.#since = this.#dependencies.now() - PUSH_DELAY_MS;
        this.#isFollowing = false;
      },
    });
  }

  /** Reads the messages that were written before the feed was open. */
  async #catchUp(): Promise<void> {
    const { messages, log, now } = this.#dependencies;
    const since = Math.max(this.#since ?? now(), now() - MAX_MESSAGE_AGE_MS);
    try {
      for await (const found of messages.since(since)) for (const message of found) this.#handle(message);
      this.#isFollowing = true;
    } catch (error) {
      log.warn({ reason: reasonOf(error) }, 'push: messages of an interruption could not be read');
    }
  }

  #handle(message: Message): void {
    const { queue, now } = this.#dependencies;
    const recipients = this.#recipients;
    const isOld = message.sent < now() - MAX_MESSAGE_AGE_MS;
    if (!recipients || isOld || this.#handled.has(message.id)) return;
    this.#handled.set(message.id, true);
    const isAdded = this.#tasks.add(async () => {
      for (const { id_user, isMention } of await recipients.of(message))
        if (!queue.add(id_user, message, isMention)) diagnostics.pushed.publish({ outcome: 'dropped' });
    });
    if (!isAdded) diagnostics.pushed.publish({ outcome: 'dropped' });
  }
}
