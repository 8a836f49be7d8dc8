/**
 * One-time waits for an outcome by key, each with a timeout: `wait` in one place, `resolve` or `reject` in another.
 * Any number of callers may wait for the same key.
 */
export class Waiters<Key, Outcome> {
  readonly #waiting = new Map<Key, Set<Waiter<Outcome>>>();

  /** Number of callers that wait. */
  get size(): number {
    let size = 0;
    for (const waiters of this.#waiting.values()) size += waiters.size;
    return size;
  }

  /**
   * @param timeoutMs milliseconds after which the wait ends with `onTimeout()`
   * @param onTimeout returns the outcome of a wait that took too long, or throws the error to reject with
   */
  wait(key: Key, timeoutMs: number, onTimeout: () => Outcome): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const waiter: Waiter<Outcome> = { resolve, reject, timer: setTimeout(() => expire(), timeoutMs) };
      const waiters = this.#waiting.get(key) ?? new Set();
      this.#waiting.set(key, waiters.add(waiter));
      const expire = () => {
        waiters.delete(waiter);
        if (waiters.size === 0 && this.#waiting.get(key) === waiters) this.#waiting.delete(key);
        try {
          resolve(onTimeout());
        } catch (error) {
          reject(error as Error);
        }
      };
    });
  }

  /** Ends all waits for a key with this outcome. @returns whether there were any */
  resolve(key: Key, outcome: Outcome): boolean {
    return this.#end(key, (waiter) => waiter.resolve(outcome));
  }

  /** Ends all waits for a key with an error. @returns whether there were any */
  reject(key: Key, error: Error): boolean {
    return this.#end(key, (waiter) => waiter.reject(error));
  }

  /** Ends all waits for all keys with this outcome. */
  resolveAll(outcome: Outcome): void {
    for (const key of [...this.#waiting.keys()]) this.resolve(key, outcome);
  }

  #end(key: Key, settle: (waiter: Waiter<Outcome>) => void): boolean {
    const waiters = this.#waiting.get(key);
    if (!waiters) return false;
    this.#waiting.delete(key);
    for (const waiter of waiters) {
      clearTimeout(waiter.timer);
      settle(waiter);
    }
    return true;
  }
}

interface Waiter<Outcome> {
  resolve(outcome: Outcome): void;
  reject(error: Error): void;
  readonly timer: NodeJS.Timeout;
}
