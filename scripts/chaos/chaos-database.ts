import type { DriverConnection } from '../../server/database/connection/reql.js';
import type { Lane } from './faults.js';

/** A database that things happen to. */
export interface ChaosDatabase {
  /** As the report names it. */
  kind: string;
  /** RETHINKDB_URL of each server. */
  urls: string[];
  /** What happens to it. */
  lane: Lane;
  /** A driver's connection that no fault but those of the database itself reaches. */
  connect(): Promise<DriverConnection>;
  stop(): Promise<void>;
}
