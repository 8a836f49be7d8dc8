/** Fates that are remembered for those who ask late. */
const REMEMBERED = 1_000;

/** Those who have written commands and wait to hear whether these were passed on. */
export class DispatchWaiters {
  readonly #passed = new Set<string>();
  readonly #waiting = new Map<string, (isPassed: boolean) => void>();

  /** Resolves with true when the command was passed on; with false when it cannot be now, or `patienceMs` are over. */
  async wait(id: string, patienceMs: number): Promise<boolean> {
    if (this.#passed.has(id)) return true;
    return new Promise((resolve) => {
      const settle = (isPassed: boolean) => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        resolve(isPassed);
      };
      const timer = setTimeout(settle, patienceMs, false);
      this.#waiting.set(id, settle);
    });
  }

  /** The command was passed on, by this process or another one. */
  resolve(id: string): void {
    this.#waiting.get(id)?.(true);
    this.#passed.add(id);
    for (const [oldest] of this.#passed.entries()) {
      if (this.#passed.size <= REMEMBERED) break;
      this.#passed.delete(oldest);
    }
  }

  /** Nothing can be passed on now. */
  rejectAll(): void {
    for (const settle of [...this.#waiting.values()]) settle(false);
  }
}
