/** A reader with more pending bytes counts as slow. */
export const SLOW_READER_BYTES = 256 * 1024;
/** Milliseconds between two checks of the slow readers. */
const SWEEP_INTERVAL_MS = 50;
/** Pending bytes of all slow readers of a process, without the bytes that several readers share. */
export const TOTAL_WRITE_BUDGET_BYTES = 128 * 1024 * 1024;

/** A socket or an event stream with more pending bytes than `SLOW_READER_BYTES`. */
export interface SlowReader {
  readonly isSlow: boolean;
  /** Pending bytes that are in memory for this reader alone. */
  readonly ownBytes: number;
  caughtUp(): void;
  /** Disconnects the reader. */
  overflow(): void;
}

/**
 * The slow readers of a process. A timer checks them, as no event of a transport reports that the pending bytes have
 * fallen below a limit: 'drain' of a TCP socket is emitted only when nothing is pending.
 */
export class SlowReaders {
  readonly #budgetBytes: number;
  readonly #readers = new Set<SlowReader>();
  #timer: NodeJS.Timeout | null = null;

  constructor(budgetBytes = TOTAL_WRITE_BUDGET_BYTES) {
    this.#budgetBytes = budgetBytes;
  }

  /** Checks a reader until it has caught up or is closed. */
  add(reader: SlowReader): void {
    this.#readers.add(reader);
    this.#timer ??= setInterval(() => this.#sweep(), SWEEP_INTERVAL_MS).unref();
  }

  #sweep(): void {
    for (const reader of this.#readers) {
      if (reader.isSlow) continue;
      this.#readers.delete(reader);
      reader.caughtUp();
    }
    this.#enforceBudget();
    if (this.#readers.size > 0 || !this.#timer) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }

  /** Disconnects the readers with the most bytes until the others are within the budget. */
  #enforceBudget(): void {
    const readers = [...this.#readers].map((reader) => ({ reader, bytes: reader.ownBytes }));
    let total = readers.reduce((sum, { bytes }) => sum + bytes, 0);
    if (total <= this.#budgetBytes) return;
    for (const { reader, bytes } of readers.sort((a, b) => b.bytes - a.bytes)) {
      if (total <= this.#budgetBytes) return;
      total -= bytes;
      this.#readers.delete(reader);
      reader.overflow();
    }
  }
}
