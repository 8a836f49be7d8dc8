/**
 * The time during which changes collect before they are delivered (`squash` with a number of seconds). It starts with
 * the first waiting change. Once it is due, it stays due until all waiting changes have been taken.
 */
export class SquashTimer {
  isDue: boolean;
  readonly #delayMs: number;
  readonly #onDue: () => void;
  #timer: NodeJS.Timeout | undefined;

  /** @param seconds 0: always due */
  constructor(seconds: number, onDue: () => void) {
    this.#delayMs = seconds * 1000;
    this.#onDue = onDue;
    this.isDue = seconds === 0;
  }

  start(): void {
    if (this.isDue || this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.isDue = true;
      this.#onDue();
    }, this.#delayMs).unref();
  }

  /** All changes have been taken: the next change starts the timer again. */
  reset(): void {
    this.isDue = this.#delayMs === 0;
  }

  cancel(): void {
    clearTimeout(this.#timer);
  }
}
