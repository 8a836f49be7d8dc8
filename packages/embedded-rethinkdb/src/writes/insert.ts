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

/** What happens when a document with the same primary key is there already. */
export type Conflict = 'error' | 'replace' | 'update' | RowFunction;

/** Inserts documents one after the other; a faulty one is counted and does not stop the others. */
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
    return { doc, fault: faultOf(doc, table.primaryKey) };
  });
  // Faults of the documents themselves are told before those that only the table knows of.
  for (const { fault } of prepared) if (fault !== undefined) statistics.addError(fault);
  const noneIsSound = prepared.every(({ fault }) => fault !== undefined);
  for (const [i, { doc, fault }] of prepared.entries()) {
    if (fault !== undefined) {
      // Of documents that are all faulty, RethinkDB lists the first only.
      if (noneIsSound && i > 0) break;
      statistics.addChange({ old_val: null, new_val: null, error: fault });
      continue;
    }
    const key = (doc as DatumObject)[table.primaryKey]!;
    writeRow(
      table,
      key,
      (old) => resolve(old, doc as DatumObject, conflict, table.primaryKey),
      options,
      statistics,
    );
  }
  return statistics.toDatum();
}

function withKey(doc: Datum, primaryKey: string, statistics: Statistics): Datum {
  if (!isObject(doc) || Object.hasOwn(doc, primaryKey)) return doc;
  const key = randomUUID();
  statistics.addGeneratedKey(key);
  return { [primaryKey]: key, ...doc };
}

/** What is wrong with a document, whatever the table holds. */
function faultOf(doc: Datum, primaryKey: string): string | undefined {
  try {
    const object = asObject(doc);
    checkPrimaryKey(object, primaryKey);
    encodePrimaryKey(object[primaryKey]!);
    refuseZeroBytes(object[primaryKey]!);
    return undefined;
  } catch (error) {
    if (error instanceof ReqlError) return error.message;
    throw error;
  }
}

function resolve(old: DatumObject | null, doc: DatumObject, conflict: Conflict, primaryKey: string): Datum {
  if (old === null || conflict === 'replace') return doc;
  if (conflict === 'update') return merge(old, doc);
  if (conflict !== 'error') return conflict.datum(primaryKey, old, doc);
  throw opFailed(`Duplicate primary key \`${primaryKey}\`:\n${displayDatum(old)}\n${displayDatum(doc)}`);
}
