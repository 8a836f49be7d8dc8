import type { Log } from '../../telemetry/logger.js';
import type { DriverConnection } from '../connection/reql.js';

/** A connection on which the schema is made. */
export interface SchemaSession {
  connection: DriverConnection;
  db: string;
  /** Copies of each new table; null for as many as there are servers, at most 3. */
  replicas: number | null;
  /** Milliseconds for a step that only looks. */
  stepTimeoutMs: number;
  /** Seconds to wait until the tables can be written. */
  readySeconds: number;
  log: Pick<Log, 'warn'>;
  /** See Link. */
  within<T>(ms: number, task: string, answer: Promise<T>): Promise<T>;
}
