import { RefCountedMap } from '../lib/ref-counted-map.js';
import type { Typist } from '../protocol/presence.js';
import { TYPING_DURATION_MS } from '../protocol/typing-times.js';
import type { Log } from '../telemetry/logger.js';
import type { Clock } from './clock.js';
import type { TypingListener } from './presence.js';

export interface TypingOptions {
  clock: Clock;
  log: Log;
  /** Milliseconds for which further events of a user in a room are dropped. */
  throttleMs: number;
}

export interface TypingHooks {
  /** The first listener of the room is added. */
  opened(room: string): void;
  /** The last listener of the room is removed. */
  closed(room: string): void;
}

/**
 * Typing events. Nothing but the throttle is kept: whatever shows an event removes it after `TYPING_DURATION_MS`.
 */
export class Typing {
  readonly #options: TypingOptions;
  readonly #listeners: RefCountedMap<string, Set<TypingListener>>;
  /** By room and user: cancels the end of the throttling. */
  readonly #throttled = new Map<string, () => void>();

  constructor(options: TypingOptions, hooks: TypingHooks) {
    this.#options = options;
    this.#listeners = new RefCountedMap(
      (room) => {
        hooks.opened(room);
        return new Set();
      },
      (_, room) => hooks.closed(room),
    );
  }

  /** The rooms with listeners. */
  rooms(): string[] {
    return [...this.#listeners.keys()];
  }

  /** @returns whether the event is dropped, because there was one of this user a moment ago */
  throttle(room: string, id_user: string): boolean {
    const key = keyOf(room, id_user);
    if (this.#throttled.has(key)) return true;
    const { clock, throttleMs } = this.#options;
    this.#throttled.set(
      key,
      clock.after(throttleMs, () => this.#throttled.delete(key)),
    );
    return false;
  }

  /** The next event of the user is not dropped. */
  resetThrottle(room: string, id_user: string): void {
    const key = keyOf(room, id_user);
    this.#throttled.get(key)?.();
    this.#throttled.delete(key);
  }

  emit(room: string, { id_user, name }: Typist): void {
    const event = { room, user: { id_user, name }, forMs: TYPING_DURATION_MS };
    for (const listener of [...(this.#listeners.get(room) ?? [])]) {
      try {
        listener(event);
      } catch (error) {
        this.#options.log.error({ room, err: error }, 'typing listener failed');
      }
    }
  }

  /** @returns a function that removes the listener */
  observe(room: string, listener: TypingListener): () => void {
    const { value: listeners, release } = this.#listeners.acquire(room);
    // A function that is added twice is called twice.
    const subscriber: TypingListener = (event) => listener(event);
    listeners.add(subscriber);
    return () => {
      listeners.delete(subscriber);
      release();
    };
  }

  close(): void {
    for (const cancel of this.#throttled.values()) cancel();
    this.#throttled.clear();
    this.#listeners.clear();
  }
}

function keyOf(room: string, id_user: string): string {
  return JSON.stringify([room, id_user]);
}
