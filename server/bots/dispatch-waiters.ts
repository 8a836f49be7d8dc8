import { Waiters } from '../lib/waiters.js';

/** Dispatched commands that are remembered for waits that begin later. */
const MAX_REMEMBERED = 1_000;

/** Waits for the dispatch of commands, by message id. */
export class DispatchWaiters {
  readonly #dispatched = new Set<string>();
  readonly #waiters = new Waiters<string, boolean>();

  /** Resolves with whether the command was dispatched: false after `timeoutMs`, or when no command can be dispatched. */
  async wait(id: string, timeoutMs: number): Promise<boolean> {
    return this.#dispatched.has(id) || this.#waiters.wait(id, timeoutMs, () => false);
  }

  /** The command was dispatched, by this process or another one. */
  resolve(id: string): void {
    this.#waiters.resolve(id, true);
    this.#dispatched.add(id);
    for (const oldest of this.#dispatched) {
      if (this.#dispatched.size <= MAX_REMEMBERED) break;
      this.#dispatched.delete(oldest);
    }
  }

  /** No command can be dispatched now. */
  rejectAll(): void {
    this.#waiters.resolveAll(false);
  }
}
