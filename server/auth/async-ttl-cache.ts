interface Entry<T> {
  answer: Promise<T>;
  /** Milliseconds since 1970. */
  until: number;
}

export interface AsyncTtlCacheOptions<T> {
  /** Answers that are kept; with more, the oldest goes. */
  size: number;
  /** Milliseconds for which an answer is good. */
  lifetime: (answer: T) => number;
  now: () => number;
}

/** Keeps answers for a short while; one question asked by many at once is asked once. Failures are not kept. */
export class AsyncTtlCache<T> {
  readonly #options: AsyncTtlCacheOptions<T>;
  readonly #entries = new Map<string, Entry<T>>();

  constructor(options: AsyncTtlCacheOptions<T>) {
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Whether `get` would answer without asking. */
  has(key: string): boolean {
    const known = this.#entries.get(key);
    return known !== undefined && known.until > this.#options.now();
  }

  get(key: string, ask: () => Promise<T>): Promise<T> {
    const known = this.#entries.get(key);
    if (known && known.until > this.#options.now()) return known.answer;
    const entry: Entry<T> = { answer: ask(), until: Number.POSITIVE_INFINITY };
    this.#keep(key, entry);
    entry.answer.then(
      (answer) => {
        entry.until = this.#options.now() + this.#options.lifetime(answer);
      },
      () => {
        if (this.#entries.get(key) === entry) this.#entries.delete(key);
      },
    );
    return entry.answer;
  }

  #keep(key: string, entry: Entry<T>): void {
    this.#entries.delete(key); // a Map keeps the place of a key that is set again
    const [oldest] = this.#entries.size >= this.#options.size ? this.#entries.keys() : [];
    if (oldest !== undefined) this.#entries.delete(oldest);
    this.#entries.set(key, entry);
  }
}
