import { type Datum, isObject } from '../../datum/datum.js';
import { logicError } from '../../datum/reql-error.js';
import { asObject, asString } from '../../datum/type-checks.js';
import { toSelection } from '../../runtime/conversions.js';
import { Determinism, RowFunction, toDatum } from '../../runtime/row-function.js';
import { SingleSelection } from '../../runtime/selection.js';
import { toWritableTable } from '../../runtime/tables.js';
import { isDatum, type Value } from '../../runtime/value.js';
import type { Durability } from '../../storage/definitions.js';
import type { Table } from '../../storage/table.js';
import { SystemTable } from '../../system-tables/system-table.js';
import { type Conflict, insert } from '../../writes/insert.js';
import { parseReturnChanges, type ReturnChanges, type WriteOptions } from '../../writes/options.js';
import { deletion, type Replacement, replacementBy, replaceRows, updateBy } from '../../writes/replace.js';
import { NOT_A_WRITE, StatisticsSum } from '../../writes/statistics.js';
import { updateTableConfig } from '../../writes/update-table-config.js';
import type { Arguments } from '../arguments.js';
import { durabilityOption } from '../options.js';
import type { Chapter } from '../term.js';

const REPLACE_OPTIONS = [
  'non_atomic',
  'durability',
  'return_vals',
  'return_changes',
  'ignore_write_hook',
] as const;

export const WRITING_DATA = {
  INSERT: {
    args: [2, 2],
    forbidsWrites: true,
    optargs: ['conflict', 'durability', 'return_vals', 'return_changes', 'ignore_write_hook'],
    writes: true,
    evaluate: (args) => {
      const table = args.table(0);
      const options = writeOptions(args, table, requested(args));
      const conflict = conflictOption(args);
      const given = args.value(1);
      const docs = isDatum(given) && isObject(given) ? [given] : documents(args);
      return insert(table, docs, conflict, options, args.limits);
    },
  },

  UPDATE: {
    args: [2, 2],
    forbidsWrites: true,
    optargs: REPLACE_OPTIONS,
    writes: true,
    evaluate: (args) =>
      change(args, () => updateBy(() => args.functionAgain(1, 'constant', true), isAtomic(args))),
  },

  REPLACE: {
    args: [2, 2],
    forbidsWrites: true,
    optargs: REPLACE_OPTIONS,
    writes: true,
    evaluate: (args) => change(args, () => replacementBy(args.function(1, 'constant'))),
  },

  DELETE: {
    args: [1, 1],
    forbidsWrites: true,
    optargs: REPLACE_OPTIONS,
    writes: true,
    evaluate: (args) => change(args, () => deletion),
  },

  FOR_EACH: {
    args: [2, 2],
    evaluate: (args) => {
      const sum = new StatisticsSum(args.limits);
      const write = args.function(1, 'constant');
      // Reads all rows before the first write: the sequence may read the table that is written.
      for (const row of [...args.finiteStream(0).finiteRows()]) {
        const answer = write.call([row]);
        try {
          sum.add(toDatum(answer));
        } catch (error) {
          const fault =
            isDatum(answer) || answer instanceof SingleSelection ? error : logicError(NOT_A_WRITE);
          throw write.blame(fault);
        }
      }
      return sum.toDatum();
    },
  },

  /** Writes nothing, but is answered after the commit of earlier writes. */
  SYNC: {
    args: [1, 1],
    determinism: Determinism.nondeterministic,
    writes: true,
    evaluate: (args) => {
      args.anyTable(0);
      args.env.wrote('hard');
      return { synced: 1 };
    },
  },
} satisfies Chapter;

function change(args: Arguments, replacementOf: () => Replacement): Datum {
  const request = requested(args);
  checkAtomic(args);
  const replacement = replacementOf();
  const target = args.value(0);
  if (target instanceof SingleSelection && target.table instanceof SystemTable) {
    return updateTableConfig(args.env.storage, target, replacement);
  }
  if (target instanceof SingleSelection) {
    const table = toWritableTable(target.table);
    return replaceRows(table, [target.key], replacement, writeOptions(args, table, request), args.limits);
  }
  const selection = args.at(0, () => toSelection(target));
  const table = toWritableTable(selection.table);
  return replaceRows(
    table,
    keysOf(selection.stream.finiteRows(), table),
    replacement,
    writeOptions(args, table, request),
    args.limits,
  );
}

function* keysOf(rows: Iterable<Datum>, table: Table): Iterable<Datum> {
  for (const row of rows) yield asObject(row)[table.primaryKey] ?? null;
}

function isAtomic(args: Arguments): boolean {
  const determinism = args.count > 1 ? args.determinism(1) : Determinism.deterministic;
  return (determinism & ~Determinism.constantNow) === 0;
}

function checkAtomic(args: Arguments): void {
  const allowed = args.booleanOption('non_atomic') ?? false;
  if (!allowed && !isAtomic(args)) {
    throw logicError('Could not prove argument deterministic.  Maybe you want to use the non_atomic flag?');
  }
}

/** The options of a write. They are checked first. */
interface Request {
  readonly returnChanges: ReturnChanges;
  readonly durability: Durability | undefined;
  readonly ignoresHook: boolean;
}

function requested(args: Arguments): Request {
  if (args.option('return_vals') !== undefined) {
    throw logicError('Error: encountered obsolete optarg `return_vals`.  Use `return_changes` instead.');
  }
  return {
    returnChanges: parseReturnChanges(args.datumOption('return_changes')),
    durability: durabilityOption(args),
    ignoresHook: args.booleanOption('ignore_write_hook') ?? false,
  };
}

function writeOptions(args: Arguments, table: Table, request: Request): WriteOptions {
  const { returnChanges, durability, ignoresHook } = request;
  args.env.wrote(durability ?? table.durability);
  const hook = ignoresHook || table.writeHook === null ? null : args.env.storedFunction(table.writeHook);
  return { returnChanges, hook, now: args.env.now };
}

function conflictOption(args: Arguments): Conflict {
  return args.optionAs('conflict', parseConflict) ?? 'error';
}

function parseConflict(given: Value): Conflict {
  if (given instanceof RowFunction) {
    if (!given.isDeterministic) {
      throw logicError('The conflict function passed to `insert` must be deterministic.');
    }
    if (given.arity !== 0 && given.arity !== 3) {
      throw logicError('The conflict function passed to `insert` should expect 3 arguments.');
    }
    return given;
  }
  const name = asString(toDatum(given));
  if (name === 'error' || name === 'replace' || name === 'update') return name;
  throw logicError(`Conflict option \`${name}\` unrecognized (options are "error", "replace" and "update").`);
}

function documents(args: Arguments): Iterable<Datum> {
  const stream = args.finiteStream(1);
  // Reads all before the first write: the documents may come from the table itself.
  return stream.isArray ? stream.finiteRows() : [...stream.finiteRows()];
}
