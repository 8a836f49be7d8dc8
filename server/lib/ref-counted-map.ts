interface Held<Value> {
  readonly value: Value;
  holders: number;
  closing: NodeJS.Timeout | null;
}

/**
 * Values by key that exist while something holds them: the first `acquire` of a key opens its value, and the last
 * release closes it. A key that is acquired again after that gets a new value; releases of the old one do not affect it.
 */
export class RefCountedMap<Key, Value> {
  readonly #held = new Map<Key, Held<Value>>();
  readonly #open: (key: Key) => Value;
  readonly #close: (value: Value, key: Key) => void;
  readonly #lingerMs: number;

  /**
   * @param close called once per value, after the value has left the map
   * @param lingerMs milliseconds for which a value stays open after its last release; `acquire` keeps it open
   */
  constructor(
    open: (key: Key) => Value,
    close: (value: Value, key: Key) => void,
    { lingerMs = 0 }: { lingerMs?: number } = {},
  ) {
    this.#open = open;
    this.#close = close;
    this.#lingerMs = lingerMs;
  }

  /** Number of keys whose value is open. */
  get size(): number {
    return this.#held.size;
  }

  /** Whether a key is held. */
  has(key: Key): boolean {
    return this.#held.has(key);
  }

  /** The value of a key, without holding it. */
  get(key: Key): Value | undefined {
    return this.#held.get(key)?.value;
  }

  keys(): IterableIterator<Key> {
    return this.#held.keys();
  }

  *values(): Generator<Value> {
    for (const { value } of this.#held.values()) yield value;
  }

  /** Holds the value of a key. `release` may be called more than once; only the first call counts. */
  acquire(key: Key): { value: Value; release: () => void } {
    const held = this.#held.get(key) ?? this.#add(key);
    held.holders += 1;
    if (held.closing) clearTimeout(held.closing);
    held.closing = null;
    let isHeld = true;
    const release = () => {
      if (!isHeld) return;
      isHeld = false;
      held.holders -= 1;
      if (held.holders === 0 && this.#held.get(key) === held) this.#closeSoon(key, held);
    };
    return { value: held.value, release };
  }

  /** Closes all values, held or not. */
  clear(): void {
    const all = [...this.#held];
    this.#held.clear();
    for (const [key, { value, closing }] of all) {
      if (closing) clearTimeout(closing);
      this.#close(value, key);
    }
  }

  #closeSoon(key: Key, held: Held<Value>): void {
    const close = () => {
      this.#held.delete(key);
      this.#close(held.value, key);
    };
    if (this.#lingerMs === 0) {
      close();
    } else {
      held.closing = setTimeout(close, this.#lingerMs);
      held.closing.unref();
    }
  }

  #add(key: Key): Held<Value> {
    const held = { value: this.#open(key), holders: 0, closing: null };
    this.#held.set(key, held);
    return held;
  }
}
