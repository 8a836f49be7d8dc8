import type { DriverConnection } from '../../server/database/connection/reql.js';
import type { Lane } from './faults.js';

/** A database with faults. */
export interface ChaosDatabase {
  /** Its name in the report. */
  kind: string;
  /** The RETHINKDB_URL of each server. */
  urls: string[];
  lane: Lane;
  /** Opens a driver's connection without the proxies: only faults of the database itself affect it. */
  connect(): Promise<DriverConnection>;
  stop(): Promise<void>;
}
