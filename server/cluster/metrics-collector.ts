import type { MetricsSnapshot } from '../telemetry/metrics/snapshots.js';

interface Collection {
  pending: Set<number>;
  readings: MetricsSnapshot[];
  complete(): void;
}

/** Asks processes for their numbers, by messages that carry the number of the request. */
export class MetricsCollector {
  readonly #patienceMs: number;
  readonly #open = new Map<number, Collection>();
  #count = 0;

  /** @param patienceMs for the answers; the numbers of a process that is too busy are pending */
  constructor(patienceMs: number) {
    this.#patienceMs = patienceMs;
  }

  /**
   * @param processes of which an answer is awaited
   * @param ask tells them to answer with this number
   * @returns what has come when all have answered, or it takes too long
   */
  async collect(processes: Iterable<number>, ask: (request: number) => void): Promise<MetricsSnapshot[]> {
    const request = ++this.#count;
    const pending = new Set(processes);
    const readings: MetricsSnapshot[] = [];
    if (pending.size === 0) return readings;
    await new Promise<void>((complete) => {
      const timer = setTimeout(complete, this.#patienceMs);
      this.#open.set(request, {
        pending,
        readings,
        complete: () => {
          clearTimeout(timer);
          complete();
        },
      });
      ask(request);
    });
    this.#open.delete(request);
    return readings;
  }

  receive(from: number, request: number, readings: MetricsSnapshot[]): void {
    const open = this.#open.get(request);
    if (!open?.pending.delete(from)) return;
    open.readings.push(...readings);
    if (open.pending.size === 0) open.complete();
  }
}
