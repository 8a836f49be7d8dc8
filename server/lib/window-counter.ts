/** The result of counting one event. */
export interface WindowCount {
  /** Events of the key in the present window, this one included. */
  count: number;
  /** Milliseconds until the window ends. */
  msLeft: number;
}

export interface WindowCounterOptions {
  windowMs: number;
  /** Keys in memory at once. */
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
 * Counts events by key in fixed windows, in a bounded amount of memory: with more keys than `maxKeys` the older half is
 * dropped, so that a flood of keys widens the limits, and neither exhausts the memory nor locks users out.
 *
 * Keys are kept in two generations, and the older one is dropped as a whole when the younger one is full or as old as a
 * window. This needs no timers and no search: removing single keys from the front of a Map is linear in the number of
 * keys removed before.
 */
export class WindowCounter {
  readonly #options: Required<WindowCounterOptions>;
  #older = new Map<string, Window>();
  #younger = new Map<string, Window>();
  /** Start of the younger generation. */
  #startedAt: number;

  constructor(options: WindowCounterOptions) {
    this.#options = { maxKeys: MAX_KEYS, now: () => performance.now(), ...options };
    this.#startedAt = this.#options.now();
  }

  /** Number of keys in memory. */
  get size(): number {
    return this.#older.size + this.#younger.size;
  }

  /** Counts an event, or several. */
  add(key: string, events = 1): WindowCount {
    const { windowMs, maxKeys, now } = this.#options;
    const time = now();
    let window = this.#find(key, time);
    if (!window) {
      if (this.#younger.size >= maxKeys / 2 || time - this.#startedAt >= windowMs) this.#dropOlder(time);
      window = { count: 0, end: time + windowMs };
      this.#older.delete(key);
      this.#younger.set(key, window);
    }
    window.count += events;
    return { count: window.count, msLeft: window.end - time };
  }

  /** Uncounts one event. */
  subtract(key: string): void {
    const window = this.#find(key, this.#options.now());
    if (window) window.count -= 1;
  }

  /** The events counted so far; null without any. */
  get(key: string): WindowCount | null {
    const time = this.#options.now();
    const window = this.#find(key, time);
    return window ? { count: window.count, msLeft: window.end - time } : null;
  }

  #find(key: string, time: number): Window | undefined {
    const window = this.#younger.get(key) ?? this.#older.get(key);
    return window && window.end > time ? window : undefined;
  }

  #dropOlder(time: number): void {
    this.#older = this.#younger;
    this.#younger = new Map();
    this.#startedAt = time;
  }
}
