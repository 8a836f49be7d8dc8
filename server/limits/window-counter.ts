/** The result of counting one event. */
export interface Count {
  /** Events of the key in the present window, this one included. */
  count: number;
  /** Milliseconds until the window ends. */
  msLeft: number;
}

export interface WindowCounterOptions {
  windowMs: number;
  /** Keys that are kept at once; the oldest is dropped for a further one. */
  maxKeys?: number;
  /** Milliseconds since any fixed moment. */
  now?: () => number;
}

/** About 10 MB for each kind of limit. */
const MAX_KEYS = 50_000;

interface Window {
  count: number;
  end: number;
}

/**
 * Counts events by key in fixed windows, in a bounded amount of memory: with more keys than `maxKeys` the oldest windows
 * are dropped, so that a flood of keys makes limits wider and never exhausts the memory or locks anyone out. It needs no
 * timers: all windows have the same length, so the map's order of insertion is the order in which they end.
 */
export class WindowCounter {
  readonly #windows = new Map<string, Window>();
  readonly #options: Required<WindowCounterOptions>;

  constructor(options: WindowCounterOptions) {
    this.#options = { maxKeys: MAX_KEYS, now: () => performance.now(), ...options };
  }

  /** How many keys are kept. */
  get size(): number {
    return this.#windows.size;
  }

  /** Counts an event. */
  add(key: string): Count {
    const { windowMs, maxKeys, now } = this.#options;
    const time = now();
    this.#dropEnded(time);
    let window = this.#windows.get(key);
    if (!window) {
      if (this.#windows.size >= maxKeys) this.#dropOldest();
      window = { count: 0, end: time + windowMs };
      this.#windows.set(key, window);
    }
    window.count += 1;
    return { count: window.count, msLeft: window.end - time };
  }

  /** Takes one event back. */
  subtract(key: string): void {
    const window = this.#windows.get(key);
    if (window) window.count -= 1;
  }

  /** The events counted so far; null where there are none. */
  get(key: string): Count | null {
    const time = this.#options.now();
    this.#dropEnded(time);
    const window = this.#windows.get(key);
    return window ? { count: window.count, msLeft: window.end - time } : null;
  }

  #dropEnded(time: number): void {
    for (const [key, { end }] of this.#windows) {
      if (end > time) return;
      this.#windows.delete(key);
    }
  }

  #dropOldest(): void {
    const [oldest] = this.#windows.keys();
    if (oldest !== undefined) this.#windows.delete(oldest);
  }
}
