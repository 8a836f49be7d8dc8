import type { Config } from '../config/config.js';
import type { MetricsSnapshot } from '../telemetry/metrics/snapshots.js';

/** The JSON messages between the primary and its workers. */

export interface WorkerInit {
  /** Includes the address of the database and the session secret, which the primary has determined. */
  config: Config;
  /** Directory of the workers' Unix sockets. */
  socketDirectory: string;
  /** Whether the primary has started the database: workers then wait for it before they accept connections. */
  awaitDatabase: boolean;
}

export type ToWorker =
  | ({ kind: 'init' } & WorkerInit)
  | { kind: 'stop' }
  /** Requests the metrics of this worker. */
  | { kind: 'metrics.request'; request: number }
  /** The metrics of all processes, in response to `metrics.aggregate`. */
  | { kind: 'metrics.aggregated'; request: number; snapshots: MetricsSnapshot[] }
  /**
   * Accompanies a socket. `bytes`: what another worker has read from it before the transfer, in base64; null for a new
   * connection.
   */
  | { kind: 'connection'; bytes: string | null };

export type FromWorker =
  /** The worker can receive `init`. */
  | { kind: 'ready' }
  /** The worker accepts connections. */
  | { kind: 'listening' }
  /** The worker cannot start and exits; the message is for the operator. */
  | { kind: 'failed'; message: string }
  /** In response to `metrics.request`. */
  | { kind: 'metrics.response'; request: number; snapshot: MetricsSnapshot }
  /** Requests the metrics of all processes. */
  | { kind: 'metrics.aggregate'; request: number }
  /** Accompanies a socket that belongs to the session of worker `owner`. */
  | { kind: 'transfer'; owner: number; bytes: string };
