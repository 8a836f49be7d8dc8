import { withAnnotations } from '../../server/database/tables/annotations/annotated-message.js';
import { comparePositions, type Message, type Position } from '../../server/protocol/message.js';
import type { RoomFrame, Snapshot } from '../../server/protocol/server-frames.js';
import type { FrameBatch } from '../../server/rooms/frame-batch.js';
import type { Subscriber } from '../../server/rooms/subscriber.js';

/** The messages that a client shows of a room, kept up to date by frames alone. */
export class View implements Subscriber {
  readonly #shown = new Map<string, Message>();
  #from: Position | null = null;

  constructor(readonly id_user = 'viewer') {}

  isExpelled = false;
  /** Every received frame in order. */
  readonly frames: RoomFrame[] = [];

  /** Shows a snapshot in the place of everything before. */
  show({ messages, hasOlder }: Pick<Snapshot, 'messages' | 'hasOlder'>): void {
    this.#shown.clear();
    for (const message of messages) this.#shown.set(message.id, message);
    const first = messages[0];
    this.#from = hasOlder && first ? { sent: first.sent, id: first.id } : null;
  }

  onAccessRevoked(): void {
    this.isExpelled = true;
  }

  deliver(batch: FrameBatch): void {
    for (const json of batch.json) this.receive(JSON.parse(json));
  }

  receive(frame: RoomFrame): void {
    this.frames.push(frame);
    if (frame.type === 'deliverMessage') {
      this.#shown.delete(frame.message.id);
      if (!this.#from || comparePositions(frame.message, this.#from) >= 0)
        this.#shown.set(frame.message.id, frame.message);
    } else if (frame.type === 'removeMessage') {
      this.#shown.delete(frame.id);
    } else if (frame.type === 'annotationsChanged') {
      const message = this.#shown.get(frame.id);
      if (message) this.#shown.set(frame.id, withAnnotations(message, frame));
    } else if (frame.type === 'roomResync') {
      const { from } = frame;
      if (!from || (this.#from && comparePositions(from, this.#from) <= 0)) return;
      this.#from = from;
      for (const message of this.#shown.values()) {
        if (comparePositions(message, from) < 0) this.#shown.delete(message.id);
      }
    }
  }

  get messages(): Message[] {
    return [...this.#shown.values()].sort(comparePositions);
  }

  get bodies(): string[] {
    return this.messages.map(({ body }) => body);
  }

  /** The messages of the table that this view should show. */
  expected(table: Message[]): Message[] {
    const from = this.#from;
    return table.filter((message) => !from || comparePositions(message, from) >= 0).sort(comparePositions);
  }
}
