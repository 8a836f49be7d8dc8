import type { Datum, DatumObject } from '../datum/datum.js';
import { EmptyUserError, opFailed, ReqlError } from '../datum/reql-error.js';
import type { RowFunction } from '../runtime/row-function.js';

/**
 * What a table's write hook makes of a write: `hook({primary_key, timestamp}, old, new)`, where null stands for
 * a row that is not there. A hook can change what is written, not whether the row exists afterwards.
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
