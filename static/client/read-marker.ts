import { comparePositions, type Position } from '../../server/protocol/message.js';

/** Least milliseconds between two notes. */
const EVERY = 1_500;

/** Tells the server how far a member has read; only forward, and not at every message. */
export class ReadMarker {
  #told: Position | null;
  #when = Number.NEGATIVE_INFINITY;

  constructor(
    /** How far the server knows that already. */
    private confirmed: Position | null,
    private readonly tell: (position: Position) => void,
  ) {
    this.#told = confirmed;
  }

  /** The newest message is before the reader's eyes. To be called again and again while it is. */
  attend({ sent, id }: Position, now: number): void {
    if (now - this.#when < EVERY || !isAfter({ sent, id }, this.#told)) return;
    this.#when = now;
    this.#told = { sent, id };
    this.tell(this.#told);
  }

  /** The server knows how far one has read, on whichever screen. */
  confirm(position: Position): void {
    if (isAfter(position, this.confirmed)) this.confirmed = position;
    if (isAfter(position, this.#told)) this.#told = position;
  }

  /** What was told and not confirmed may be lost. */
  disconnected(): void {
    this.#told = this.confirmed;
  }
}

const isAfter = (position: Position, other: Position | null) =>
  other === null || comparePositions(position, other) > 0;
