/**
 * Distributes events in one direction: an event is dispatched, all subscribers receive it in the order of their
 * subscription, and events that they dispatch follow afterwards. So every subscriber sees all events in one order.
 */
export class EventStore<Event> {
  readonly #subscribers = new Set<(event: Event) => void>();
  readonly #queue: Event[] = [];
  #isDispatching = false;

  dispatch(event: Event): void {
    this.#queue.push(event);
    if (this.#isDispatching) return;
    this.#isDispatching = true;
    try {
      for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift())
        for (const subscriber of this.#subscribers) subscriber(next);
    } finally {
      this.#isDispatching = false;
    }
  }

  /** @returns a function that ends the subscription */
  subscribe(listener: (event: Event) => void): () => void {
    // A function may be subscribed more than once.
    const subscriber = (event: Event) => listener(event);
    this.#subscribers.add(subscriber);
    return () => {
      this.#subscribers.delete(subscriber);
    };
  }
}
