import type { Config } from '../config/config.js';
import type { MetricsSnapshot } from '../telemetry/metrics/snapshots.js';

/** Milliseconds for a worker to tell its numbers. */
export const METRICS_TIMEOUT_MS = 1_000;

/** What the primary and its workers tell each other, as JSON. */

export interface WorkerInit {
  /** With the address of the database and the session secret, whoever provided them. */
  config: Config;
  /** Where the workers' doors are. */
  folder: string;
  /** The database is the primary's own and there in a moment: serve when it is. */
  awaitDatabase: boolean;
}

export type ToWorker =
  | ({ kind: 'assignment' } & WorkerInit)
  | { kind: 'stop' }
  /** Asks for its numbers. */
  | { kind: 'read'; request: number }
  /** The numbers of all, as it has asked for. */
  | { kind: 'readings'; request: number; readings: MetricsSnapshot[] }
  /** With a socket. `bytes`: what was read from it, in base64, if it was handed over; null when it is fresh. */
  | { kind: 'connection'; bytes: string | null };

export type FromWorker =
  /** Asks for the assignment. */
  | { kind: 'awake' }
  /** From now on it takes connections. */
  | { kind: 'serving' }
  /** It cannot serve, and ends; the message is for the operator. */
  | { kind: 'failed'; message: string }
  /** The numbers that were asked for. */
  | { kind: 'reading'; request: number; reading: MetricsSnapshot }
  /** Asks for the numbers of all. */
  | { kind: 'readAll'; request: number }
  /** With a socket: a connection that is worker `owner`'s. */
  | { kind: 'handOver'; owner: number; bytes: string };
