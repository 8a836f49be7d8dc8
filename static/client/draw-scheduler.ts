/** Milliseconds until a hidden tab is drawn, which gets no animation frames. */
const HIDDEN_DELAY_MS = 100;

/** Draws once before the next frame, however many changes happen until then. */
export class DrawScheduler {
  readonly #draw: () => void;
  #isScheduled = false;

  constructor(draw: () => void) {
    this.#draw = draw;
  }

  schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    if (document.hidden) setTimeout(() => this.drawNow(), HIDDEN_DELAY_MS);
    else requestAnimationFrame(() => this.drawNow());
  }

  drawNow(): void {
    this.#isScheduled = false;
    this.#draw();
  }
}
