import { Waiters } from '../lib/waiters.js';

/** Commands that are remembered for waits that begin later. */
const MAX_REMEMBERED = 1_000;

/** Waits for an event of a command, such as its dispatch, by message id. */
export class CommandWaiters {
  readonly #happened = new Set<string>();
  readonly #waiters = new Waiters<string, boolean>();

  /** Resolves with whether the event happened: false after `timeoutMs`, or after `rejectAll`. */
  async wait(id: string, timeoutMs: number): Promise<boolean> {
    return this.#happened.has(id) || this.#waiters.wait(id, timeoutMs, () => false);
  }

  /** The event happened, in this process or another one. */
  resolve(id: string): void {
    this.#waiters.resolve(id, true);
    this.#happened.add(id);
    for (const oldest of this.#happened) {
      if (this.#happened.size <= MAX_REMEMBERED) break;
      this.#happened.delete(oldest);
    }
  }

  /** The event cannot happen now. */
  rejectAll(): void {
    this.#waiters.resolveAll(false);
  }
}
