/** A message as it was acknowledged: its body, or null after its deletion. */
export interface Acknowledged {
  room: string;
  body: string | null;
}

/** Keeps the writes that were acknowledged, and the longest time between two of them. */
export class Ledger {
  readonly messages = new Map<string, Acknowledged>();
  /** Ids of messages that are commands to bots: each is to be answered once. */
  readonly commands: string[] = [];
  /** Answers that must not come, such as an error after which a retry makes no sense. */
  readonly violations: string[] = [];
  /** Number of writes that were refused because the storage of the database was full. */
  storageRefusals = 0;
  readonly writers = new Map<string, { acknowledged: number; retries: number; longestGapMs: number }>();
  private readonly lastAcknowledged = new Map<string, number>();

  acknowledge(writer: string, id: string, message: Acknowledged): void {
    this.messages.set(id, message);
    const now = performance.now();
    const counts = this.counts(writer);
    counts.acknowledged += 1;
    counts.longestGapMs = Math.max(counts.longestGapMs, now - (this.lastAcknowledged.get(writer) ?? now));
    this.lastAcknowledged.set(writer, now);
  }

  /** Number of writes that were acknowledged, of all writers. */
  get acknowledgedWrites(): number {
    return [...this.writers.values()].reduce((sum, { acknowledged }) => sum + acknowledged, 0);
  }

  retry(writer: string): void {
    this.counts(writer).retries += 1;
  }

  /** Forgets how long the pauses were so far. */
  resetGaps(): void {
    for (const counts of this.writers.values()) counts.longestGapMs = 0;
  }

  private counts(writer: string) {
    const counts = this.writers.get(writer) ?? { acknowledged: 0, retries: 0, longestGapMs: 0 };
    this.writers.set(writer, counts);
    return counts;
  }
}
