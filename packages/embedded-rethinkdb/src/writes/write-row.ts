import { type Datum, type DatumObject, isExtremum, isObject, pseudotype, typeName } from '../datum/datum.js';
import { displayDatum } from '../datum/display.js';
import { equal } from '../datum/order.js';
import { logicError, ReqlError } from '../datum/reql-error.js';
import { typeError } from '../datum/type-checks.js';
import { StorageFullError } from '../storage/space.js';
import type { Table } from '../storage/table.js';
import type { WriteOptions } from './options.js';
import type { Statistics } from './statistics.js';
import { applyWriteHook } from './write-hook.js';

/**
 * Writes one row: the result of `replacement` for the present row (null: no row), after the write hook. If this fails, the
 * row stays and the error is counted. Faults of the server itself and a full storage end the query.
 */
export function writeRow(
  table: Table,
  key: Datum,
  replacement: (old: DatumObject | null) => Datum,
  options: WriteOptions,
  statistics: Statistics,
): void {
  const old = table.get(key);
  let wanted: Datum = old;
  try {
    wanted = replacement(old);
    if (options.hook !== null) {
      wanted = applyWriteHook(options.hook, table.primaryKey, options.now, old, wanted);
    }
    checkReplacement(table.primaryKey, key, old, wanted);
    store(table, old, wanted, options, statistics);
  } catch (error) {
    if (!(error instanceof ReqlError) || error instanceof StorageFullError) throw error;
    statistics.addError(error.message);
    if (options.returnChanges === 'always') {
      statistics.addChange({ old_val: old, new_val: old, error: error.message });
    }
  }
}

function store(
  table: Table,
  old: DatumObject | null,
  wanted: DatumObject | null,
  { returnChanges }: WriteOptions,
  statistics: Statistics,
): void {
  const changed = old === null || wanted === null ? old !== wanted : !equal(old, wanted);
  if (changed) {
    if (wanted !== null) {
      checkStorable(wanted);
      table.put(wanted, old);
    } else if (old !== null) table.remove(old);
  }
  if (changed || returnChanges === 'always') statistics.addChange({ old_val: old, new_val: wanted });
  statistics.counts[outcomeOf(old, wanted, changed)]++;
}

function outcomeOf(old: DatumObject | null, wanted: DatumObject | null, changed: boolean) {
  if (old === null) return wanted === null ? 'skipped' : 'inserted';
  if (wanted === null) return 'deleted';
  return changed ? 'replaced' : 'unchanged';
}

function checkReplacement(
  primaryKey: string,
  key: Datum,
  old: DatumObject | null,
  wanted: Datum,
): asserts wanted is DatumObject | null {
  if (wanted === null) return;
  if (!isObject(wanted) || pseudotype(wanted) === 'BINARY') {
    throw typeError(
      wanted,
      `Inserted value must be an OBJECT (got ${typeName(wanted)}):\n${displayDatum(wanted)}`,
    );
  }
  checkPrimaryKey(wanted, primaryKey);
  if (equal(wanted[primaryKey] ?? null, key)) return;
  const change =
    old === null
      ? `(null -> ${displayDatum(wanted)})`
      : `(\`${displayDatum(old)}\` -> \`${displayDatum(wanted)}\`).`;
  throw logicError(`Primary key \`${primaryKey}\` cannot be changed ${change}`);
}

/** @throws ReqlError LOGIC for a document without its primary key */
export function checkPrimaryKey(doc: DatumObject, primaryKey: string): void {
  if (Object.hasOwn(doc, primaryKey)) return;
  throw logicError(`Inserted object must have primary key \`${primaryKey}\`:\n${displayDatum(doc)}`);
}

const LARGEST_STORED_ARRAY = 100_000;

function checkStorable(datum: Datum): void {
  if (typeof datum !== 'object' || datum === null) return;
  if (Array.isArray(datum)) {
    if (datum.length > LARGEST_STORED_ARRAY) {
      throw logicError('Array too large for disk writes (limit 100,000 elements).');
    }
    for (const item of datum) checkStorable(item);
    return;
  }
  if (isExtremum(datum)) throw logicError('`r.minval` and `r.maxval` cannot be written to disk.');
  for (const key of Object.keys(datum)) checkStorable(datum[key] ?? null);
}
