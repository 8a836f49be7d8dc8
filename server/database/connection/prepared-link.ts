import type { DatabaseAddress, DatabaseHost } from '../../config/database-url.js';
import type { Log } from '../../telemetry/logger.js';
import { warnAboutReplicas } from '../schema/replicas.js';
import { completeTables, createTables } from '../schema/schema.js';
import type { SchemaSession } from '../schema/schema-session.js';
import { SchemaWatch } from '../schema/schema-watch.js';
import { type DatabaseLink, openDatabaseLink } from './database-link.js';
import { Heartbeat } from './heartbeat.js';
import { Pulse } from './pulse.js';
import { r } from './reql.js';

/** A link that can be used: the tables are there and can be written, and it has been proved alive. */
export interface PreparedLink extends DatabaseLink {
  heartbeat: Heartbeat;
  schemaWatch: SchemaWatch;
}

export interface PreparedLinkDependencies {
  address: DatabaseAddress;
  log: Log;
  heartbeatMs: number;
  schemaCheckMs: number;
  stepTimeoutMs: number;
  replicas: number | null;
  /** The number of replicas has been checked already. */
  isChecked: boolean;
  lost(reason: Error, link: DatabaseLink): void;
  /** The host answers, but its tables cannot be written: another host may serve better. */
  stalled(link: DatabaseLink): void;
  /** A row was written, or refused because the storage is full. */
  wrote(refusal: Error | null): void;
  schemaChanged(): void;
  schemaRepaired(): void;
}

/** A server whose replicas cannot be counted can be used all the same. */
async function checkReplicas(session: SchemaSession): Promise<void> {
  await warnAboutReplicas(session).catch((error: Error) => {
    session.log.warn({ reason: error.message.split('\n')[0] }, 'database: replicas not counted');
  });
}

/** Seconds to wait for tables: where there are other hosts, one without a quorum is left sooner. */
const READY_SECONDS = 10;
const READY_SECONDS_OF_ONE_OF_SEVERAL = 4;

/**
 * Connects to one host. Each step, from the first byte on, has a time limit after which the link is dropped.
 * @throws Error that says which step failed
 */
export async function prepareLink(
  parts: PreparedLinkDependencies,
  host: DatabaseHost,
): Promise<PreparedLink> {
  const { address, log, heartbeatMs, stepTimeoutMs } = parts;
  let pulse: Pulse | null = null;
  let heartbeat: Heartbeat | null = null;
  let schemaWatch: SchemaWatch | null = null;
  let isPrepared = false;
  let whyLost: Error | null = null;
  const link = await openDatabaseLink(address, host, stepTimeoutMs, (reason) => {
    whyLost = reason;
    pulse?.stop();
    heartbeat?.abandon();
    schemaWatch?.stop();
    if (isPrepared) parts.lost(reason, link);
  });
  const session: SchemaSession = {
    connection: link.queries,
    db: address.db,
    replicas: parts.replicas,
    stepTimeoutMs,
    readySeconds: address.hosts.length > 1 ? READY_SECONDS_OF_ONE_OF_SEVERAL : READY_SECONDS,
    log,
    within: link.within,
  };
  try {
    pulse = new Pulse(link, heartbeatMs / 2);
    await createTables(session);
    heartbeat = new Heartbeat(link, r.db(address.db).table('nodes'), {
      intervalMs: heartbeatMs,
      stepTimeoutMs,
      stalled: () => parts.stalled(link),
      wrote: (refusal) => parts.wrote(refusal),
    });
    await heartbeat.start();
    await completeTables(session);
    if (!parts.isChecked) await checkReplicas(session);
    if (whyLost) throw whyLost;
  } catch (error) {
    // Queries that the loss of the link has ended only say that it is closed.
    const reason = whyLost ?? error;
    link.destroy();
    throw reason;
  }
  isPrepared = true;
  schemaWatch = new SchemaWatch(
    link,
    session,
    parts.schemaCheckMs,
    { changed: () => parts.schemaChanged(), repaired: () => parts.schemaRepaired() },
    log,
  );
  schemaWatch.start();
  return Object.assign(link, { heartbeat, schemaWatch });
}
