/**
 * A first-in, first-out queue whose operations take constant time (amortised). `shift` of an Array with more than about
 * 16,000 items moves all of them, and the first key of a Map is found only after those that were deleted before it:
 * 24 and 134 µs with 20,000 items.
 */
export class Fifo<Item> {
  #items: Item[] = [];
  #first = 0;

  get length(): number {
    return this.#items.length - this.#first;
  }

  push(item: Item): void {
    this.#items.push(item);
  }

  /** Removes and returns the first item; undefined when the queue is empty. */
  shift(): Item | undefined {
    if (this.length === 0) return undefined;
    const item = this.#items[this.#first];
    this.#first += 1;
    if (this.#first * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#first);
      this.#first = 0;
    }
    return item;
  }
}
