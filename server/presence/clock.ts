/** Time and timers, which tests replace by a clock that is advanced by hand. */
export interface Clock {
  /** Milliseconds since any fixed moment. Never goes back. */
  now: () => number;
  /** Runs a function later. @returns a function that cancels the timer */
  after(ms: number, run: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    // A timer of presence alone does not keep a process running.
    timer.unref();
    return () => clearTimeout(timer);
  },
};
