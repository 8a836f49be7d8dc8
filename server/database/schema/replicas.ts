import { isPermission } from '../connection/availability.js';
import type { SchemaSession } from '../connection/database-schema.js';
import { r } from '../connection/reql.js';

/** Replicas of a new table at most, where no number is set: enough to survive the loss of one server. */
const DEFAULT_REPLICAS = 3;

/**
 * Options of new tables: the wanted number of replicas, as far as there are servers. Without the permission to read the
 * system tables, RethinkDB's own default (one replica).
 * @param replicas null for the default
 */
export async function replicaOptions(
  session: SchemaSession,
  replicas: number | null,
): Promise<{ replicas?: number }> {
  const wanted = await wantedReplicas(session, replicas);
  return wanted === null ? {} : { replicas: wanted };
}

/** Logs a warning that names the tables with fewer replicas than wanted. They are not changed. */
export async function warnAboutReplicas(session: SchemaSession, replicas: number | null): Promise<void> {
  const wanted = await wantedReplicas(session, replicas);
  if (wanted === null || wanted < 2) return;
  const { queries, db, log, stepTimeoutMs, within } = session;
  const counts = r
    .db('rethinkdb')
    .table('table_config')
    .filter((table) => table('db').eq(db).and(table.hasFields('shards')))
    .map((table) => ({
      name: table('name'),
      // Of the shard that has the fewest.
      replicas: table('shards')
        .map((shard) => shard('replicas').count())
        .min(),
    }))
    .coerceTo('array');
  const tables = await within(stepTimeoutMs, 'the replicas of the tables', counts.run(queries));
  const few = tables.filter((table) => table.replicas < wanted);
  if (few.length === 0) return;
  const list = few.map((table) => `${table.name} (${table.replicas})`).sort();
  log.warn(
    { wanted, tables: list },
    'database schema: tables have fewer replicas than wanted, see docs/deploy.md',
  );
}

async function wantedReplicas(
  { queries, log, stepTimeoutMs, within }: SchemaSession,
  replicas: number | null,
): Promise<number | null> {
  const count = r.db('rethinkdb').table('server_status').count();
  try {
    const servers = await within(stepTimeoutMs, 'the number of servers', count.run(queries));
    if (replicas !== null && replicas > servers)
      log.warn(
        { RETHINKDB_REPLICAS: replicas, servers },
        'database schema: RETHINKDB_REPLICAS is greater than the number of servers',
      );
    return Math.min(replicas ?? DEFAULT_REPLICAS, servers);
  } catch (error) {
    if (isPermission(error)) return replicas;
    throw error;
  }
}
