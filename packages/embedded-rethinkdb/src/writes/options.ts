import type { Datum, DatumObject } from '../datum/datum.js';
import { logicError } from '../datum/reql-error.js';
import type { RowFunction } from '../runtime/row-function.js';
import type { Durability } from '../storage/definitions.js';

/** The changes that the result of a write lists: no changes, those that happened, or one for every row. */
export type ReturnChanges = 'none' | 'changed' | 'always';

export interface WriteOptions {
  readonly returnChanges: ReturnChanges;
  /** The table's write hook; null: no hook is called. */
  readonly hook: RowFunction | null;
  /** The value of `ctx('timestamp')` in the hook. */
  readonly now: DatumObject;
}

export function parseReturnChanges(option: Datum | undefined): ReturnChanges {
  if (typeof option === 'string') {
    if (option === 'always') return 'always';
    throw logicError(
      `Invalid return_changes value \`${option}\` (options are \`true\`, \`false\`, and \`'always'\`.)`,
    );
  }
  return option === undefined || option === false || option === null ? 'none' : 'changed';
}

export function parseDurability(option: string): Durability {
  if (option === 'hard' || option === 'soft') return option;
  throw logicError(`Durability option \`${option}\` unrecognized (options are "hard" and "soft").`);
}
