/** The acknowledged state of a message. `body` is null after its deletion. */
export interface Acknowledged {
  room: string;
  body: string | null;
}

/** Records acknowledged writes, and the longest time between two of each writer. */
export class Ledger {
  readonly messages = new Map<string, Acknowledged>();
  /** Responses that are faults of the server, such as an error that a retry cannot avoid. */
  readonly violations: string[] = [];
  /** Number of writes that were refused because the storage of the database was full. */
  storageRefusals = 0;
  readonly writers = new Map<string, { acknowledged: number; retries: number; longestGapMs: number }>();
  readonly #lastAcknowledged = new Map<string, number>();

  acknowledge(writer: string, id: string, message: Acknowledged): void {
    this.messages.set(id, message);
    const now = performance.now();
    const counts = this.#counts(writer);
    counts.acknowledged += 1;
    counts.longestGapMs = Math.max(counts.longestGapMs, now - (this.#lastAcknowledged.get(writer) ?? now));
    this.#lastAcknowledged.set(writer, now);
  }

  /** Number of writes that were acknowledged, of all writers. */
  get acknowledgedWrites(): number {
    return [...this.writers.values()].reduce((sum, { acknowledged }) => sum + acknowledged, 0);
  }

  retry(writer: string): void {
    this.#counts(writer).retries += 1;
  }

  /** Resets the longest times between two writes. */
  resetGaps(): void {
    for (const counts of this.writers.values()) counts.longestGapMs = 0;
  }

  #counts(writer: string) {
    const counts = this.writers.get(writer) ?? { acknowledged: 0, retries: 0, longestGapMs: 0 };
    this.writers.set(writer, counts);
    return counts;
  }
}
