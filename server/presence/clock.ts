/** Time as presence sees it; tests turn it by hand. */
export interface Clock {
  /** Milliseconds, never going back, from an arbitrary beginning. */
  now(): number;
  /** Runs something later. @returns calls it off */
  after(ms: number, run: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    // Presence alone is no reason for a process to stay.
    timer.unref();
    return () => clearTimeout(timer);
  },
};
