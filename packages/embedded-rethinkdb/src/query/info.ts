import { binaryBytes } from '../datum/binary.js';
import { type DatumObject, MAXVAL, MINVAL, pseudotype, typeName } from '../datum/datum.js';
import { displayDatum } from '../datum/display.js';
import { Grouped } from '../runtime/grouped.js';
import { RowFunction } from '../runtime/row-function.js';
import { Selection, SingleSelection } from '../runtime/selection.js';
import { type AnyTable, type SliceBounds, TableSlice, TableValue } from '../runtime/table-slice.js';
import { DatabaseValue, isDatum, type Value } from '../runtime/value.js';
import type { Storage } from '../storage/storage.js';
import { SystemTable } from '../system-tables/system-table.js';
import { SYSTEM_DATABASE, SYSTEM_DATABASE_ID } from '../system-tables/system-tables.js';

/** The result of `typeOf`. */
export function typeNameOf(value: Value): string {
  return isDatum(value) ? typeName(value) : value.typeName();
}

/** The result of `info`. */
export function describe(value: Value, storage: Storage): DatumObject {
  const type = typeNameOf(value);
  if (isDatum(value)) {
    if (value === null || value === MINVAL || value === MAXVAL) return { type };
    if (pseudotype(value) !== 'BINARY') return { type, value: displayDatum(value) };
    return { type, count: binaryBytes(value).length, value: JSON.stringify(value) };
  }
  if (value instanceof DatabaseValue) return describeDatabase(value.name, value.id);
  if (value instanceof TableValue) return describeTable(value.table, storage);
  if (value instanceof TableSlice) return describeSlice(value, storage);
  if (value instanceof Selection || value instanceof SingleSelection) {
    return { type, table: describeTable(value.table, storage) };
  }
  if (value instanceof RowFunction) return { type, source_code: value.toSource() };
  return { type: value instanceof Grouped ? value.typeName() : type };
}

function describeDatabase(name: string, id: string): DatumObject {
  return { type: 'DB', name, id };
}

function describeTable(table: AnyTable, storage: Storage): DatumObject {
  const db =
    table instanceof SystemTable
      ? describeDatabase(SYSTEM_DATABASE, SYSTEM_DATABASE_ID)
      : describeDatabase(table.db, storage.databaseId(table.db));
  return {
    type: 'TABLE',
    name: table.name,
    id: table.id,
    db,
    primary_key: table.primaryKey,
    indexes: [...table.indexes.keys()].sort(),
    doc_count_estimates: [table.count()],
  };
}

function describeSlice(slice: TableSlice, storage: Storage): DatumObject {
  const sorting = { none: 'UNORDERED', ascending: 'ASCENDING', descending: 'DESCENDING' }[slice.order];
  return {
    type: 'TABLE_SLICE',
    table: describeTable(slice.table, storage),
    index: slice.index,
    sorting,
    ...describeBounds(slice.bounds),
  };
}

function describeBounds({ lower, lowerOpen, upper, upperOpen }: SliceBounds): DatumObject {
  const described: DatumObject = {};
  if (lower === MINVAL) described.left_bound_type = 'unbounded';
  else if (lower === MAXVAL) described.left_bound_type = 'unachievable';
  else Object.assign(described, { left_bound: lower, left_bound_type: lowerOpen ? 'open' : 'closed' });
  if (upper === MAXVAL) described.right_bound_type = 'unbounded';
  else if (upper === MINVAL) described.right_bound_type = 'unachievable';
  else Object.assign(described, { right_bound: upper, right_bound_type: upperOpen ? 'open' : 'closed' });
  return described;
}
