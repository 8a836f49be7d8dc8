import { Waiters } from '../lib/waiters.js';
import type { MetricsSnapshot } from '../telemetry/metrics/snapshots.js';

/** Maximum duration of one worker's response. */
export const METRICS_TIMEOUT_MS = 1_000;

/**
 * Requests metrics from other processes by messages that carry the number of the request. A process that does not
 * respond in time is left out of the result.
 *
 * prom-client's `AggregatorRegistry.clusterMetrics()` does the same, but only from the primary, which has no web server
 * here, and it rejects as a whole when one of the workers does not respond within 5 seconds.
 */
export class MetricsRequests {
  readonly #timeoutMs: number;
  readonly #pending = new Waiters<number, MetricsSnapshot[]>();
  #count = 0;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  /** @param send sends the request; its number must return with the response */
  async request(send: (request: number) => void): Promise<MetricsSnapshot[]> {
    const request = ++this.#count;
    const response = this.#pending.wait(request, this.#timeoutMs, () => []);
    send(request);
    return response;
  }

  /** Resolves a request. Responses after the timeout are ignored. */
  receive(request: number, snapshots: MetricsSnapshot[]): void {
    this.#pending.resolve(request, snapshots);
  }
}
