import type { Reading } from '../telemetry/metrics/readings.js';

interface Open {
  missing: Set<number>;
  readings: Reading[];
  complete(): void;
}

/** Asks processes for their numbers, by messages that carry the number of the request. */
export class Gathering {
  private readonly open = new Map<number, Open>();
  private count = 0;

  /** @param patienceMs for the answers; the numbers of a process that is too busy are missing */
  constructor(private readonly patienceMs: number) {}

  /**
   * @param processes of which an answer is awaited
   * @param ask tells them to answer with this number
   * @returns what has come when all have answered, or it takes too long
   */
  async gather(processes: Iterable<number>, ask: (request: number) => void): Promise<Reading[]> {
    const request = ++this.count;
    const missing = new Set(processes);
    const readings: Reading[] = [];
    if (missing.size === 0) return readings;
    await new Promise<void>((complete) => {
      const timer = setTimeout(complete, this.patienceMs);
      this.open.set(request, {
        missing,
        readings,
        complete: () => {
          clearTimeout(timer);
          complete();
        },
      });
      ask(request);
    });
    this.open.delete(request);
    return readings;
  }

  receive(from: number, request: number, readings: Reading[]): void {
    const open = this.open.get(request);
    if (!open?.missing.delete(from)) return;
    open.readings.push(...readings);
    if (open.missing.size === 0) open.complete();
  }
}
