import { isPermission } from '../connection/availability.js';
import { r, type Term } from '../connection/reql.js';
import type { SchemaSession } from './schema-session.js';

/** Replicas of a new table at most, where no number is set: enough to survive the loss of one server. */
const DEFAULT_REPLICAS = 3;

interface Replicas {
  name: string;
  /** Of the shard that has the fewest. */
  replicas: number;
}

/**
 * Options of new tables: as many replicas as are wanted, as far as there are servers. Without the right to read the
 * system tables, RethinkDB's own default (one replica).
 */
export async function replicaOptions(session: SchemaSession): Promise<{ replicas?: number }> {
  const replicas = await wantedReplicas(session);
  return replicas === null ? {} : { replicas };
}

/** Logs a warning that names the tables with fewer replicas than wanted. They are not changed. */
export async function warnAboutReplicas(session: SchemaSession): Promise<void> {
  const wanted = await wantedReplicas(session);
  if (wanted === null || wanted < 2) return;
  const { connection, db, log, stepTimeoutMs, within } = session;
  const shards = r
    .db('rethinkdb')
    .table('table_config')
    .filter((table: Term) => table('db').eq(db).and(table.hasFields('shards')))
    .map((table: Term) => ({
      name: table('name'),
      replicas: table('shards')
        .map((shard: Term) => shard('replicas').count())
        .min(),
    }))
    .coerceTo('array');
  const tables: Replicas[] = await within(
    stepTimeoutMs,
    'the replicas of the tables',
    shards.run(connection),
  );
  const few = tables.filter(({ replicas }) => replicas < wanted);
  if (few.length === 0) return;
  const list = few.map(({ name, replicas }) => `${name} (${replicas})`).sort();
  log.warn({ wanted, tables: list }, 'database: tables have fewer replicas than wanted: see docs/deploy.md');
}

async function wantedReplicas({
  connection,
  log,
  replicas,
  stepTimeoutMs,
  within,
}: SchemaSession): Promise<number | null> {
  const count = r.db('rethinkdb').table('server_status').count();
  try {
    const servers: number = await within(stepTimeoutMs, 'the number of servers', count.run(connection));
    if (replicas !== null && replicas > servers)
      log.warn(
        { RETHINKDB_REPLICAS: replicas, servers },
        'database: there are fewer servers than RETHINKDB_REPLICAS',
      );
    return Math.min(replicas ?? DEFAULT_REPLICAS, servers);
  } catch (error) {
    if (isPermission(error)) return replicas;
    throw error;
  }
}
