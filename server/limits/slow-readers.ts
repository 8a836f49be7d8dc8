/** Bytes that wait for a reader, from which on it counts as slow. */
export const SLOW_READER_BYTES = 256 * 1024;
/** Milliseconds between two looks at the slow readers. */
const SWEEP_EVERY_MS = 50;
/** Bytes that may wait for all readers of a process together, without the bytes that several readers share. */
export const TOTAL_WRITE_BUDGET_BYTES = 128 * 1024 * 1024;

/** A socket or an event stream for which more bytes wait than for a reader that keeps up. */
export interface SlowReader {
  readonly isSlow: boolean;
  /** Pending bytes that are in memory for this reader alone. */
  readonly ownBytes: number;
  caughtUp(): void;
  /** Cuts the reader off. */
  overflow(): void;
}

/**
 * The slow readers of a process. It looks at them by a timer, as no event of a transport says reliably that fewer bytes
 * wait than some limit: 'drain' of a TCP socket comes only when nothing waits at all.
 */
export class SlowReaders {
  private readonly readers = new Set<SlowReader>();
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly budgetBytes = TOTAL_WRITE_BUDGET_BYTES) {}

  /** Watches a reader until it has caught up, or is closed. */
  add(reader: SlowReader): void {
    this.readers.add(reader);
    this.timer ??= setInterval(() => this.sweep(), SWEEP_EVERY_MS).unref();
  }

  private sweep(): void {
    for (const reader of this.readers) {
      if (reader.isSlow) continue;
      this.readers.delete(reader);
      reader.caughtUp();
    }
    this.cutDown();
    if (this.readers.size > 0 || !this.timer) return;
    clearInterval(this.timer);
    this.timer = null;
  }

  /** Cuts off those with the most, until the others together are within the budget. */
  private cutDown(): void {
    const held = [...this.readers].map((reader) => ({ reader, bytes: reader.ownBytes }));
    let total = held.reduce((sum, { bytes }) => sum + bytes, 0);
    if (total <= this.budgetBytes) return;
    for (const { reader, bytes } of held.sort((a, b) => b.bytes - a.bytes)) {
      if (total <= this.budgetBytes) return;
      total -= bytes;
      this.readers.delete(reader);
      reader.overflow();
    }
  }
}
