import type { Message, Quote, ServerFrame } from './frames.js';
import type { Timeline } from './timeline.js';

/** Quotes that are kept for one room. The oldest are dropped first. */
const MAX_QUOTES = 1_000;

/** The messages of a room to which others reply, also those that are not in its timeline. */
export class QuotedMessages {
  readonly #timeline: Timeline;
  readonly #known = new Map<string, Quote | null>();

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  /** A message to which others reply. Null: it does not exist (any more); undefined: unknown. */
  get(id: string): Quote | null | undefined {
    const message = this.#timeline.get(id);
    // Kept for the time after the timeline has dropped the message.
    if (message) this.#keep(id, message);
    return this.#known.get(id);
  }

  add(quotes: Readonly<Record<string, Quote | null>> = {}): void {
    for (const [id, quote] of Object.entries(quotes)) this.#keep(id, quote);
  }

  receive(frame: ServerFrame): void {
    if (frame.type === 'deliverMessage') this.#changed(frame.message.id, frame.message);
    else if (frame.type === 'removeMessage') this.#changed(frame.id, null);
    else if (frame.type === 'roomSnapshot' || frame.type === 'history' || frame.type === 'references')
      this.add(frame.quoted);
  }

  #changed(id: string, message: Message | null): void {
    if (this.#known.has(id)) this.#known.set(id, message);
  }

  #keep(id: string, quote: Quote | null): void {
    this.#known.set(id, quote);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAX_QUOTES && oldest !== undefined) this.#known.delete(oldest);
  }
}
