/** Rows in one query at most. */
const BATCH = 50;
/** Queries on their way at once. Measured on RethinkDB: more of them cost CPU and bring nothing. */
const IN_FLIGHT = 4;

interface Waiting<Row, Stored> {
  row: Row;
  resolve(stored: Stored): void;
  reject(error: unknown): void;
}

/**
 * Collects single inserts into batches: rows that come while others are on their way travel together. The first row
 * of a turn of the event loop waits for the end of that turn, no longer.
 *
 * `write` gets the rows of a batch and answers, in the same order, what became of each: the stored row or an Error.
 */
export class InsertQueue<Row, Stored> {
  private waiting: Waiting<Row, Stored>[] = [];
  private inFlight = 0;
  private scheduled = false;

  constructor(private readonly write: (rows: Row[]) => Promise<(Stored | Error)[]>) {}

  /** Rows that were accepted and are not answered yet. */
  get depth(): number {
    return this.waiting.length;
  }

  insert(row: Row): Promise<Stored> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ row, resolve, reject });
      if (this.scheduled || this.inFlight >= IN_FLIGHT) return;
      this.scheduled = true;
      setImmediate(() => {
        this.scheduled = false;
        this.flush();
      });
    });
  }

  private flush(): void {
    while (this.waiting.length > 0 && this.inFlight < IN_FLIGHT)
      void this.send(this.waiting.splice(0, BATCH));
  }

  private async send(batch: Waiting<Row, Stored>[]): Promise<void> {
    this.inFlight += 1;
    try {
      const results = await this.write(batch.map(({ row }) => row));
      batch.forEach(({ resolve, reject }, i) => {
        const result = results[i];
        if (result === undefined || result instanceof Error)
          reject(result ?? new Error('no answer for a row'));
        else resolve(result);
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    } finally {
      this.inFlight -= 1;
      this.flush();
    }
  }
}
