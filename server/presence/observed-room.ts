import { Waiters } from '../lib/waiters.js';
import type { Log } from '../telemetry/logger.js';
import type { Clock } from './clock.js';
import type { LocalEntries } from './local-entries.js';
import type { Observation, PresenceListener } from './presence.js';
import { RoomEntries } from './room-entries.js';

export interface ObservedRoomOptions {
  clock: Clock;
  log: Log;
  /** Milliseconds over which changes are collected into one delta. */
  windowMs: number;
  /** The entries of this process. */
  local: LocalEntries;
}

/** The key of a room's only wait. */
const COMPLETE = 'complete';

/**
 * A room that is observed in this process. Its listeners receive the difference between the state that was published
 * last and the current one, so they end up with the current state whatever the order and repetition of events.
 */
export class ObservedRoom {
  readonly #options: ObservedRoomOptions;
  readonly #entries: RoomEntries;
  readonly #listeners = new Set<PresenceListener>();
  #isPartial = true;
  #isPublishedPartial = true;
  #cancelDelta: (() => void) | null = null;
  readonly #waiters = new Waiters<typeof COMPLETE, void>();

  constructor(
    readonly room: string,
    options: ObservedRoomOptions,
  ) {
    this.#options = options;
    this.#entries = new RoomEntries(room, options.local);
  }

  /** The current entries. Changes of other nodes go through `change`. */
  get entries(): Pick<RoomEntries, 'users' | 'count'> {
    return this.#entries;
  }

  /** Entries of other processes may be missing or outdated. */
  get isPartial(): boolean {
    return this.#isPartial;
  }

  setPartial(isPartial: boolean): void {
    if (isPartial === this.#isPartial) return;
    this.#isPartial = isPartial;
    if (!isPartial) this.stopWaiting();
    this.#scheduleDelta();
  }

  /** Changes entries; a delta follows. */
  change(apply: (entries: RoomEntries) => void): void {
    apply(this.#entries);
    this.#scheduleDelta();
  }

  /** Resolves when the room is complete, when `stopWaiting` is called, or after `timeoutMs`. */
  async whenComplete(timeoutMs: number): Promise<void> {
    if (this.#isPartial && timeoutMs > 0) await this.#waiters.wait(COMPLETE, timeoutMs, () => {});
  }

  /** Ends all waits of `whenComplete`: the other nodes cannot be read now. */
  stopWaiting(): void {
    this.#waiters.resolve(COMPLETE, undefined);
  }

  /** @param onStop called once, by the observation's `stop()` */
  subscribe(listener: PresenceListener, onStop: () => void): Observation {
    // The first listener begins with the current state. Further ones begin with the published state, from which the next
    // delta continues.
    if (this.#listeners.size === 0) this.#publish();
    // A function that is subscribed twice is called twice.
    const subscriber: PresenceListener = (delta) => listener(delta);
    this.#listeners.add(subscriber);
    return {
      users: () => this.#entries.publishedUsers(),
      size: () => this.#entries.publishedSize,
      isPartial: () => this.#isPublishedPartial,
      hasUser: (id_user) => this.#entries.hasUser(id_user),
      stop: () => {
        if (this.#listeners.delete(subscriber)) onStop();
      },
    };
  }

  close(): void {
    this.#listeners.clear();
    this.stopWaiting();
    this.#cancelDelta?.();
  }

  #scheduleDelta(): void {
    if (!this.#entries.hasChanges && this.#isPublishedPartial === this.#isPartial) return;
    this.#cancelDelta ??= this.#options.clock.after(this.#options.windowMs, () => this.#publish());
  }

  #publish(): void {
    this.#cancelDelta?.();
    this.#cancelDelta = null;
    const partial = this.#isPartial;
    const changes = this.#entries.takeChanges();
    const isEmpty = changes.joined.length + changes.left.length + changes.renamed.length === 0;
    if (isEmpty && partial === this.#isPublishedPartial) return;
    this.#isPublishedPartial = partial;
    const delta = { room: this.room, ...changes, partial };
    for (const listener of [...this.#listeners]) {
      try {
        listener(delta);
      } catch (error) {
        this.#options.log.error({ room: this.room, err: error }, 'presence listener failed');
      }
    }
  }
}
