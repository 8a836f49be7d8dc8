import type { Datum, DatumObject } from '../datum/datum.js';
import { EmptyUserError, opFailed, ReqlError } from '../datum/reql-error.js';
import type { RowFunction } from '../runtime/row-function.js';

/**
 * Applies a table's write hook: `hook({primary_key, timestamp}, old, new)`, with null for a missing row. A hook can change
 * the new row, but not whether the row exists after the write.
 */
export function applyWriteHook(
  hook: RowFunction,
  primaryKey: string,
  timestamp: DatumObject,
  old: DatumObject | null,
  wanted: Datum,
): Datum {
  const context = { primary_key: keyOf(wanted, primaryKey) ?? keyOf(old, primaryKey) ?? null, timestamp };
  const result = call(hook, context, old, wanted);
  if (wanted === null && result !== null) {
    throw opFailed('A write hook function must not turn a deletion into a replace/insert.');
  }
  if (wanted !== null && result === null) {
    throw opFailed('A write hook function must not turn a replace/insert into a deletion.');
  }
  return result;
}

function keyOf(row: Datum, primaryKey: string): Datum | undefined {
  return row !== null && typeof row === 'object' && !Array.isArray(row) && Object.hasOwn(row, primaryKey)
    ? row[primaryKey]
    : undefined;
}

function call(hook: RowFunction, ...args: Datum[]): Datum {
  try {
    return hook.datum(...args);
  } catch (error) {
    if (!(error instanceof ReqlError) || error instanceof EmptyUserError) throw error;
    const wrapped = new ReqlError(error.kind, `Error in write hook: ${error.message}`);
    wrapped.frames = error.frames;
    throw wrapped;
  }
}
