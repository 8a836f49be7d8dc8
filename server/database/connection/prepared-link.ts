import type { DatabaseAddress, DatabaseHost } from '../../config/database-url.js';
import type { Log } from '../../telemetry/logger.js';
import { type DatabaseLink, openDatabaseLink } from './database-link.js';
import type { DatabaseSchema, HeartbeatRow, SchemaSession, SchemaWatcher } from './database-schema.js';
import { Heartbeat } from './heartbeat.js';
import { Pulse } from './pulse.js';
import { r } from './reql.js';

/** A link that can be used: the schema is complete, the tables can be written, and the first heartbeat has succeeded. */
export interface PreparedLink extends DatabaseLink {
  heartbeat: Heartbeat;
  schemaWatcher: SchemaWatcher;
}

export interface PreparedLinkDependencies {
  address: DatabaseAddress;
  schema: DatabaseSchema;
  log: Log;
  heartbeatMs: number;
  stepTimeoutMs: number;
  onLost(reason: Error, link: DatabaseLink): void;
  /** The host answers, but its tables cannot be written: another host may serve better. */
  onStalled(link: DatabaseLink): void;
  /** A row was written, or refused because the storage is full. */
  onWritten(refusal: Error | null): void;
  onSchemaChanged(): void;
  onSchemaRepaired(): void;
}

/** Seconds to wait for tables. Where there are other hosts, one without a quorum is given up sooner. */
const READY_SECONDS = 10;
const READY_SECONDS_OF_ONE_OF_SEVERAL = 4;

/**
 * Connects to one host. Each step, from the first byte on, has a time limit after which the link is closed.
 * @throws Error that says which step failed
 */
export async function prepareLink(
  dependencies: PreparedLinkDependencies,
  host: DatabaseHost,
): Promise<PreparedLink> {
  const { address, schema, log, heartbeatMs, stepTimeoutMs } = dependencies;
  let pulse: Pulse | null = null;
  let heartbeat: Heartbeat | null = null;
  let schemaWatcher: SchemaWatcher | null = null;
  let isPrepared = false;
  let lossReason: Error | null = null;
  const link = await openDatabaseLink(address, host, stepTimeoutMs, (reason) => {
    lossReason = reason;
    pulse?.stop();
    heartbeat?.abandon();
    schemaWatcher?.stop();
    if (isPrepared) dependencies.onLost(reason, link);
  });
  const session: SchemaSession = {
    queries: link.queries,
    within: link.within,
    db: address.db,
    stepTimeoutMs,
    readySeconds: address.hosts.length > 1 ? READY_SECONDS_OF_ONE_OF_SEVERAL : READY_SECONDS,
    log,
  };
  try {
    pulse = new Pulse(link, heartbeatMs / 2);
    await schema.createTables(session);
    heartbeat = new Heartbeat(link, r.db(address.db).table<HeartbeatRow>(schema.heartbeats.name), {
      intervalMs: heartbeatMs,
      stepTimeoutMs,
      onStalled: () => dependencies.onStalled(link),
      onWritten: (refusal) => dependencies.onWritten(refusal),
    });
    await heartbeat.start();
    await schema.complete(session);
    if (lossReason) throw lossReason;
  } catch (error) {
    // Queries that the loss of the link has ended only say that it is closed.
    const reason = lossReason ?? error;
    link.destroy();
    throw reason;
  }
  isPrepared = true;
  const listener = {
    changed: () => dependencies.onSchemaChanged(),
    repaired: () => dependencies.onSchemaRepaired(),
  };
  schemaWatcher = schema.watch(link, session, listener, log);
  schemaWatcher.start();
  return Object.assign(link, { heartbeat, schemaWatcher });
}
