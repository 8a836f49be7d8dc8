import type { Table } from '../storage/table.js';
import { opFailed } from '../values/reql-error.js';
import { SystemTable } from './system-table.js';
import type { AnyTable } from './table-slice.js';

/** A table of the storage; OP_FAILED for one of the database `rethinkdb`. */
export function toWritableTable(table: AnyTable): Table {
  if (table instanceof SystemTable) {
    throw opFailed(
      `Database \`rethinkdb\` is special; the embedded database does not change its table \`${table.name}\`.`,
    );
  }
  return table;
}
