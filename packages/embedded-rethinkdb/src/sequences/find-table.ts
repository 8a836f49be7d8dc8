import type { Storage } from '../storage/storage.js';
import { opFailed } from '../values/reql-error.js';
import { SYSTEM_DATABASE, SYSTEM_DATABASE_ID, systemTable } from './system-tables.js';
import type { AnyTable } from './table-slice.js';
import { Database } from './value.js';

/** OP_FAILED if there is no such database. */
export function findDatabase(storage: Storage, name: string): Database {
  if (name === SYSTEM_DATABASE) return new Database(name, SYSTEM_DATABASE_ID);
  return new Database(name, storage.databaseId(name));
}

/** OP_FAILED if there is no such table. */
export function findTable(storage: Storage, db: string, name: string, identifierFormat?: string): AnyTable {
  const table =
    db === SYSTEM_DATABASE
      ? systemTable(storage, name, identifierFormat === 'uuid')
      : storage.table(db, name);
  if (table === undefined) throw opFailed(`Table \`${db}.${name}\` does not exist.`);
  return table;
}
