import type { Clock } from '../../server/presence/clock.js';

/** A clock that changes only when it is advanced. */
export class ManualClock implements Clock {
  #time = 0;
  readonly #timers = new Set<{ at: number; run: () => void }>();

  readonly now = () => this.#time;

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.#time + ms, run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Runs the timers that are due, in order. */
  advance(ms: number): void {
    const end = this.#time + ms;
    for (;;) {
      const due = [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.#timers.delete(due);
      this.#time = due.at;
      due.run();
    }
    this.#time = end;
  }
}
