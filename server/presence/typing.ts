import type { Typist } from '../protocol/presence.js';
import { TYPING_DURATION_MS } from '../protocol/typing-times.js';
import type { Log } from '../telemetry/logger.js';
import type { Clock } from './clock.js';
import type { TypingListener } from './presence.js';

export interface TypingHooks {
  /** Somebody of this process begins to observe the room, or nobody does any more. */
  opened(room: string): void;
  closed(room: string): void;
}

/**
 * Typing indicators. Stateless except for a throttle per user and room; clients hide an indicator after
 * `TYPING_DURATION_MS`.
 */
export class Typing {
  readonly #options: { clock: Clock; log: Log; typingEveryMs: number };
  readonly #hooks: TypingHooks;
  readonly #listeners = new Map<string, Set<TypingListener>>();
  /** By user and room: calls off the end of the time in which nothing more is told. */
  readonly #quiet = new Map<string, () => void>();

  constructor(options: { clock: Clock; log: Log; typingEveryMs: number }, hooks: TypingHooks) {
    this.#options = options;
    this.#hooks = hooks;
  }

  /** The rooms in which somebody observes typing. */
  rooms(): string[] {
    return [...this.#listeners.keys()];
  }

  /** @returns whether this is to be told: not when it just was */
  begin(room: string, id_user: string): boolean {
    const key = JSON.stringify([room, id_user]);
    if (this.#quiet.has(key)) return false;
    const { clock, typingEveryMs } = this.#options;
    this.#quiet.set(
      key,
      clock.after(typingEveryMs, () => this.#quiet.delete(key)),
    );
    return true;
  }

  end(room: string, id_user: string): void {
    const key = JSON.stringify([room, id_user]);
    this.#quiet.get(key)?.();
    this.#quiet.delete(key);
  }

  tell(room: string, { id_user, name }: Typist): void {
    const event = { room, user: { id_user, name }, forMs: TYPING_DURATION_MS };
    for (const listener of [...(this.#listeners.get(room) ?? [])]) {
      try {
        listener(event);
      } catch (error) {
        this.#options.log.error({ room, error: String(error) }, 'presence: a listener of typing failed');
      }
    }
  }

  observe(room: string, listener: TypingListener): () => void {
    // The same function may be given twice.
    const subscriber: TypingListener = (event) => listener(event);
    const listeners = this.#listeners.get(room) ?? new Set();
    listeners.add(subscriber);
    if (listeners.size === 1) {
      this.#listeners.set(room, listeners);
      this.#hooks.opened(room);
    }
    return () => {
      if (!listeners.delete(subscriber) || listeners.size > 0) return;
      this.#listeners.delete(room);
      this.#hooks.closed(room);
    };
  }

  close(): void {
    for (const cancel of this.#quiet.values()) cancel();
    this.#quiet.clear();
    this.#listeners.clear();
  }
}
