/**
 * The time in which changes gather before the reader is told: `squash` of some seconds. It begins with the
 * first change that waits, and is over until everything that waited has been taken.
 */
export class Patience {
  isOver: boolean;
  readonly #seconds: number;
  readonly #whenOver: () => void;
  #timer: NodeJS.Timeout | undefined;

  /** 0 seconds: always over. */
  constructor(seconds: number, whenOver: () => void) {
    this.#seconds = seconds;
    this.#whenOver = whenOver;
    this.isOver = seconds === 0;
  }

  begin(): void {
    if (this.isOver || this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.isOver = true;
      this.#whenOver();
    }, this.#seconds * 1000).unref();
  }

  /** Everything has been taken: the next change begins it again. */
  renew(): void {
    this.isOver = this.#seconds === 0;
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
