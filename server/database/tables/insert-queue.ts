import { TurnQueue } from '../../lib/turn-queue.js';

/** Rows in one query at most. */
const BATCH = 50;
/** Characters in one query, so that a row does not wait long behind queries of long rows. */
const BATCH_SIZE = 32_000;
/** Queries on their way at once. Measured on RethinkDB: more of them cost CPU and bring nothing. */
const IN_FLIGHT = 4;

/** Characters that cost as much as a row by itself. */
const CHARACTERS_PER_COST = 500;

interface Waiting<Row, Stored> {
  row: Row;
  resolve(stored: Stored): void;
  reject(error: unknown): void;
}

/**
 * Collects single inserts into batches: rows that come while others are on their way travel together. The first row
 * of a turn of the event loop waits for the end of that turn, no longer.
 *
 * Senders take turns: a batch has one row of each sender that waits, then a second one of each, and so on. So the row of
 * a sender who writes now and then does not wait behind the thousands of another one. The rows of one sender keep their
 * order.
 *
 * `write` gets the rows of a batch and answers, in the same order, what became of each: the stored row or an Error.
 */
export class InsertQueue<Row, Stored> {
  readonly #write: (rows: Row[]) => Promise<(Stored | Error)[]>;
  readonly #sizeOf: (row: Row) => number;
  /** By sender. */
  readonly #waiting: TurnQueue<Waiting<Row, Stored>>;
  #inFlight = 0;
  #scheduled = false;

  /** @param sizeOf characters of a row, about */
  constructor(write: (rows: Row[]) => Promise<(Stored | Error)[]>, sizeOf: (row: Row) => number) {
    this.#write = write;
    this.#sizeOf = sizeOf;
    this.#waiting = new TurnQueue(({ row }) => 1 + sizeOf(row) / CHARACTERS_PER_COST);
  }

  /** Rows that were accepted and are not on their way yet. */
  get depth(): number {
    return this.#waiting.size;
  }

  insert(row: Row, sender: string): Promise<Stored> {
    return new Promise((resolve, reject) => {
      this.#waiting.add(sender, { row, resolve, reject });
      if (this.#scheduled || this.#inFlight >= IN_FLIGHT) return;
      this.#scheduled = true;
      setImmediate(() => {
        this.#scheduled = false;
        this.#flush();
      });
    });
  }

  #flush(): void {
    while (this.#waiting.size > 0 && this.#inFlight < IN_FLIGHT) void this.#send(this.#take());
  }

  #take(): Waiting<Row, Stored>[] {
    const batch: Waiting<Row, Stored>[] = [];
    let size = 0;
    while (batch.length < BATCH && size < BATCH_SIZE) {
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
          reject(result ?? new Error('no answer for a row'));
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
