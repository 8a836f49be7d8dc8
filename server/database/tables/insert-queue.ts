import { TurnQueue } from '../../lib/turn-queue.js';

/** Rows in one query at most. */
const MAX_BATCH_ROWS = 50;
/** Characters in one query, so that a row does not wait long behind queries of long rows. */
const MAX_BATCH_CHARACTERS = 32_000;
/** Concurrent queries. Measured on RethinkDB: more of them cost CPU and do not raise throughput. */
const MAX_QUERIES_IN_FLIGHT = 4;

/** Characters that count as much as a further row when senders take turns. */
const CHARACTERS_PER_COST = 500;

interface Waiting<Row, Stored> {
  row: Row;
  resolve(stored: Stored): void;
  reject(error: unknown): void;
}

/**
 * Collects single inserts into batches: rows that arrive while other queries are in flight share the next query. The first
 * row of a turn of the event loop waits for the end of that turn, no longer.
 *
 * Senders take turns: a batch has one row of each waiting sender, then a second one of each, and so on. So the row of a
 * sender who writes rarely does not wait behind the thousands of another one. The rows of one sender keep their order.
 *
 * `write` gets the rows of a batch and answers, in the same order, the stored row or an Error for each.
 */
export class InsertQueue<Row, Stored> {
  readonly #write: (rows: Row[]) => Promise<(Stored | Error)[]>;
  readonly #sizeOf: (row: Row) => number;
  /** Rows by sender. */
  readonly #waiting: TurnQueue<Waiting<Row, Stored>>;
  #inFlight = 0;
  #isFlushScheduled = false;

  /** @param sizeOf the approximate number of characters of a row */
  constructor(write: (rows: Row[]) => Promise<(Stored | Error)[]>, sizeOf: (row: Row) => number) {
    this.#write = write;
    this.#sizeOf = sizeOf;
    this.#waiting = new TurnQueue(({ row }) => 1 + sizeOf(row) / CHARACTERS_PER_COST);
  }

  /** Rows that were accepted and not sent yet. */
  get depth(): number {
    return this.#waiting.size;
  }

  insert(row: Row, sender: string): Promise<Stored> {
    return new Promise((resolve, reject) => {
      this.#waiting.add(sender, { row, resolve, reject });
      if (this.#isFlushScheduled || this.#inFlight >= MAX_QUERIES_IN_FLIGHT) return;
      this.#isFlushScheduled = true;
      setImmediate(() => {
        this.#isFlushScheduled = false;
        this.#flush();
      });
    });
  }

  #flush(): void {
    while (this.#waiting.size > 0 && this.#inFlight < MAX_QUERIES_IN_FLIGHT) void this.#send(this.#take());
  }

  #take(): Waiting<Row, Stored>[] {
    const batch: Waiting<Row, Stored>[] = [];
    let size = 0;
    while (batch.length < MAX_BATCH_ROWS && size < MAX_BATCH_CHARACTERS) {
      const next = this.#waiting.take();
      if (!next) break;
      batch.push(next);
      size += this.#sizeOf(next.row);
    }
    return batch;
  }

  async #send(batch: Waiting<Row, Stored>[]): Promise<void> {
    this.#inFlight += 1;
    try {
      const results = await this.#write(batch.map(({ row }) => row));
      batch.forEach(({ resolve, reject }, i) => {
        const result = results[i];
        if (result === undefined || result instanceof Error)
          reject(result ?? new Error('the write has no result for a row'));
        else resolve(result);
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    } finally {
      this.#inFlight -= 1;
      this.#flush();
    }
  }
}
