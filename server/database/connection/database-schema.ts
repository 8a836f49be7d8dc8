import type { Log } from '../../telemetry/logger.js';
import type { DatabaseLink } from './database-link.js';
import type { TableDeclaration } from './table-declaration.js';

/** A row of the table for heartbeats: each process keeps one and rewrites it. */
export interface HeartbeatRow {
  id: unknown;
  beat?: unknown;
  at?: unknown;
}

/** A new link, on which the schema is created and watched. */
export interface SchemaSession extends Pick<DatabaseLink, 'queries' | 'within'> {
  db: string;
  /** Milliseconds for a step that only reads. */
  stepTimeoutMs: number;
  /** Seconds to wait until the tables can be written. */
  readySeconds: number;
  log: Pick<Log, 'warn'>;
}

export interface SchemaListener {
  /** Tables or indexes were missing: feeds may have missed changes, and get no error from the server. */
  changed(): void;
  /** The schema is complete again. */
  repaired(): void;
}

export interface SchemaWatcher {
  start(): void;
  /** Checks the schema soon: a query has failed in a way that a missing table or index explains. */
  suspect(): void;
  stop(): void;
}

/** The tables that an application needs. `Database` prepares every new link by it and knows no table itself. */
export interface DatabaseSchema {
  readonly heartbeats: TableDeclaration<HeartbeatRow>;
  /** Creates missing tables and indexes, and waits until the tables can be written. */
  createTables(session: SchemaSession): Promise<void>;
  /** Waits for indexes and sets write hooks. Called after the first heartbeat. */
  complete(session: SchemaSession): Promise<void>;
  /** Returns a watcher that repairs the schema while the link is in use. */
  watch(link: DatabaseLink, session: SchemaSession, listener: SchemaListener, log: Log): SchemaWatcher;
}
