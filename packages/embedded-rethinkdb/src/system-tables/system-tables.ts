import type { Datum, DatumObject } from '../datum/datum.js';
import type { Storage } from '../storage/storage.js';
import { SystemTable } from './system-table.js';
import { SERVER_ID, SERVER_NAME, tableConfig, tableStatus } from './table-config.js';

export const SYSTEM_DATABASE = 'rethinkdb';
export const SYSTEM_DATABASE_ID = '00000000-0000-0000-0000-000000000000';

type Rows = (storage: Storage) => DatumObject[];

/** The tables of the database `rethinkdb`, for a single server. */
const TABLES: Readonly<Record<string, Rows>> = {
  cluster_config: () => [{ id: 'heartbeat', heartbeat_timeout_secs: 10 }],
  current_issues: () => [],
  db_config: (storage) => storage.databases().map((name) => ({ id: storage.databaseId(name), name })),
  jobs: () => [],
  logs: () => [],
  permissions: () => [
    { id: ['admin'], user: 'admin', permissions: { read: true, write: true, connect: true, config: true } },
  ],
  server_config: () => [{ id: SERVER_ID, name: SERVER_NAME, tags: ['default'], cache_size_mb: 'auto' }],
  server_status: () => [
    {
      id: SERVER_ID,
      name: SERVER_NAME,
      process: { version: 'embedded', argv: [] },
      network: { connected_to: {} },
    },
  ],
  stats: () => [{ id: ['cluster'], query_engine: { client_connections: 0, clients_active: 0 } }],
  table_config: (storage) => storage.allTables().map(tableConfig),
  table_status: (storage) => storage.allTables().map(tableStatus),
  users: () => [{ id: 'admin', password: false }],
};

export function systemTableNames(): string[] {
  return Object.keys(TABLES).sort();
}

/** @param uuids names of databases and servers are ids (`identifierFormat: 'uuid'`) */
export function systemTable(storage: Storage, name: string, uuids = false): SystemTable | undefined {
  const read = Object.hasOwn(TABLES, name) ? TABLES[name] : undefined;
  if (read === undefined) return undefined;
  const rows = () => read(storage).map((row) => (uuids ? withIds(row, storage) : row));
  return new SystemTable(name, tableId(name), 'id', rows);
}

/** A fixed id for each system table. */
function tableId(name: string): string {
  const number = systemTableNames().indexOf(name) + 1;
  return `00000000-0000-0000-0000-${String(number).padStart(12, '0')}`;
}

function withIds(row: DatumObject, storage: Storage): DatumObject {
  const ids = JSON.parse(JSON.stringify(row).replaceAll(`"${SERVER_NAME}"`, `"${SERVER_ID}"`)) as DatumObject;
  const db = ids.db as Datum | undefined;
  return typeof db === 'string' ? { ...ids, db: storage.databaseId(db) } : ids;
}
