import type { DatumObject } from '../datum/datum.js';
import type { Table } from '../storage/table.js';

/** The server in the system tables. */
export const SERVER_NAME = 'embedded';
export const SERVER_ID = '6d1f6b0e-3b3a-4b8e-9b7d-0e6f1f6f2a11';

/** A table's row of `rethinkdb.table_config`. */
export function tableConfig(table: Table): DatumObject {
  return {
    id: table.id,
    db: table.db,
    name: table.name,
    primary_key: table.primaryKey,
    durability: table.durability,
    write_acks: 'majority',
    write_hook: null,
    indexes: [...table.indexes.keys()].sort(),
    shards: [{ primary_replica: SERVER_NAME, replicas: [SERVER_NAME], nonvoting_replicas: [] }],
  };
}

/** A table's row of `rethinkdb.table_status`. */
export function tableStatus(table: Table): DatumObject {
  const ready = {
    all_replicas_ready: true,
    ready_for_outdated_reads: true,
    ready_for_reads: true,
    ready_for_writes: true,
  };
  return {
    id: table.id,
    db: table.db,
    name: table.name,
    raft_leader: SERVER_NAME,
    status: ready,
    shards: [{ primary_replicas: [SERVER_NAME], replicas: [{ server: SERVER_NAME, state: 'ready' }] }],
  };
}
