import { randomUUID } from 'node:crypto';
import { type Datum, type DatumObject, isObject } from '../datum/datum.js';
import { displayDatum } from '../datum/display.js';
import { encodePrimaryKey, refuseZeroBytes } from '../datum/key-encoding.js';
import { opFailed, ReqlError } from '../datum/reql-error.js';
import { asObject } from '../datum/type-checks.js';
import { merge } from '../operators/documents.js';
import type { Limits } from '../runtime/limits.js';
import type { RowFunction } from '../runtime/row-function.js';
import type { Table } from '../storage/table.js';
import type { WriteOptions } from './options.js';
import { Statistics } from './statistics.js';
import { checkPrimaryKey, writeRow } from './write-row.js';

/** The action for a document whose primary key exists already. */
export type Conflict = 'error' | 'replace' | 'update' | RowFunction;

/** Inserts documents one after the other. Invalid documents are counted and do not stop the others. */
export function insert(
  table: Table,
  docs: Iterable<Datum>,
  conflict: Conflict,
  options: WriteOptions,
  limits: Limits,
): DatumObject {
  const statistics = new Statistics(limits, options.returnChanges !== 'none');
  const prepared = Array.from(docs, (given) => {
    const doc = withKey(given, table.primaryKey, statistics);
    return prepare(doc, table.primaryKey);
  });
  // Errors of the documents themselves are counted before errors that depend on the table.
  for (const { fault } of prepared) if (fault !== undefined) statistics.addError(fault);
  const areAllInvalid = prepared.every(({ fault }) => fault !== undefined);
  for (const [i, { doc, key, fault }] of prepared.entries()) {
    if (fault !== undefined) {
      // If all documents are invalid, RethinkDB lists the first only.
      if (areAllInvalid && i > 0) break;
      statistics.addChange({ old_val: null, new_val: null, error: fault });
      continue;
    }
    writeRow(table, key, (old) => resolve(old, doc, conflict, table.primaryKey), options, statistics);
  }
  return statistics.toDatum();
}

function withKey(doc: Datum, primaryKey: string, statistics: Statistics): Datum {
  if (!isObject(doc) || Object.hasOwn(doc, primaryKey)) return doc;
  const key = randomUUID();
  statistics.addGeneratedKey(key);
  return { [primaryKey]: key, ...doc };
}

type Prepared =
  | { readonly doc: DatumObject; readonly key: Datum; readonly fault: undefined }
  | { readonly doc: null; readonly key: null; readonly fault: string };

/** Checks a document independently of the table. */
function prepare(doc: Datum, primaryKey: string): Prepared {
  try {
    const object = asObject(doc);
    checkPrimaryKey(object, primaryKey);
    const key = object[primaryKey] ?? null;
    encodePrimaryKey(key);
    refuseZeroBytes(key);
    return { doc: object, key, fault: undefined };
  } catch (error) {
    if (error instanceof ReqlError) return { doc: null, key: null, fault: error.message };
    throw error;
  }
}

function resolve(old: DatumObject | null, doc: DatumObject, conflict: Conflict, primaryKey: string): Datum {
  if (old === null || conflict === 'replace') return doc;
  if (conflict === 'update') return merge(old, doc);
  if (conflict !== 'error') return conflict.datum(primaryKey, old, doc);
  throw opFailed(`Duplicate primary key \`${primaryKey}\`:\n${displayDatum(old)}\n${displayDatum(doc)}`);
}
