import { logicError, opFailed } from '../datum/reql-error.js';
import type { Storage } from '../storage/storage.js';
import type { Table } from '../storage/table.js';
import { SystemTable } from '../system-tables/system-table.js';
import { SYSTEM_DATABASE, SYSTEM_DATABASE_ID, systemTable } from '../system-tables/system-tables.js';
import type { AnyTable } from './table-slice.js';
import { DatabaseValue } from './value.js';

/** @throws ReqlError OP_FAILED if the database does not exist */
export function findDatabase(storage: Storage, name: string): DatabaseValue {
  if (name === SYSTEM_DATABASE) return new DatabaseValue(name, SYSTEM_DATABASE_ID);
  return new DatabaseValue(name, storage.databaseId(name));
}

/** @throws ReqlError OP_FAILED if the table does not exist */
export function findTable(storage: Storage, db: string, name: string, identifierFormat?: string): AnyTable {
  const table =
    db === SYSTEM_DATABASE
      ? systemTable(storage, name, identifierFormat === 'uuid')
      : storage.table(db, name);
  if (table === undefined) throw opFailed(`Table \`${db}.${name}\` does not exist.`);
  return table;
}

/** Checks the name of a database or table. @throws ReqlError LOGIC for an invalid name */
export function checkName(what: string, name: string): string {
  if (/^[A-Za-z0-9_-]+$/.test(name)) return name;
  throw logicError(`${what} name \`${name}\` invalid (Use A-Z, a-z, 0-9, _ and - only).`);
}

/** A table that can be written. @throws ReqlError OP_FAILED for a table of the database `rethinkdb` */
export function toWritableTable(table: AnyTable): Table {
  if (table instanceof SystemTable) {
    throw opFailed(
      `Database \`rethinkdb\` is special; the embedded database does not change its table \`${table.name}\`.`,
    );
  }
  return table;
}
