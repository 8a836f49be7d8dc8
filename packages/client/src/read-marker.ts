import type { Position } from './frames.js';
import { comparePositions } from './position.js';

/** Milliseconds between two `markRead` frames. */
const MARK_INTERVAL_MS = 1_500;

/** Reports the read position of a member to the server: only forward, and not for each message. */
export class ReadMarker {
  readonly #report: (position: Position) => void;
  #confirmed: Position | null;
  #reported: Position | null;
  #reportedAt = Number.NEGATIVE_INFINITY;

  /** @param confirmed the position that the server knows already */
  constructor(confirmed: Position | null, report: (position: Position) => void) {
    this.#confirmed = confirmed;
    this.#reported = confirmed;
    this.#report = report;
  }

  /** The user sees this message. To be called repeatedly while that is the case. */
  mark({ sent, id }: Position, now: number): void {
    if (now - this.#reportedAt < MARK_INTERVAL_MS || !isAfter({ sent, id }, this.#reported)) return;
    this.#reportedAt = now;
    this.#reported = { sent, id };
    this.#report(this.#reported);
  }

  /** The server stored a position, which any device of the user may have reported. */
  confirm(position: Position): void {
    if (isAfter(position, this.#confirmed)) this.#confirmed = position;
    if (isAfter(position, this.#reported)) this.#reported = position;
  }

  /** Reports that were not confirmed may be lost. */
  disconnected(): void {
    this.#reported = this.#confirmed;
  }
}

const isAfter = (position: Position, other: Position | null) =>
  other === null || comparePositions(position, other) > 0;
