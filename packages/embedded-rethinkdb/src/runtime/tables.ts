import { logicError, opFailed } from '../datum/reql-error.js';
import type { Storage } from '../storage/storage.js';
import type { Table } from '../storage/table.js';
import { SystemTable } from '../system-tables/system-table.js';
import { SYSTEM_DATABASE, SYSTEM_DATABASE_ID, systemTable } from '../system-tables/system-tables.js';
import type { AnyTable } from './table-slice.js';
import { DatabaseValue } from './value.js';

/** OP_FAILED if there is no such database. */
export function findDatabase(storage: Storage, name: string): DatabaseValue {
  if (name === SYSTEM_DATABASE) return new DatabaseValue(name, SYSTEM_DATABASE_ID);
  return new DatabaseValue(name, storage.databaseId(name));
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

/** A name of a database or table; a LOGIC error for what cannot be one. */
export function checkName(what: string, name: string): string {
  if (/^[A-Za-z0-9_-]+$/.test(name)) return name;
  throw logicError(`${what} name \`${name}\` invalid (Use A-Z, a-z, 0-9, _ and - only).`);
}

/** A table of the storage; OP_FAILED for one of the database `rethinkdb`. */
export function toWritableTable(table: AnyTable): Table {
  if (table instanceof SystemTable) {
    throw opFailed(
      `Database \`rethinkdb\` is special; the embedded database does not change its table \`${table.name}\`.`,
    );
  }
  return table;
}
