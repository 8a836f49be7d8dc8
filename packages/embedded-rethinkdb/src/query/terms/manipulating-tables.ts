import { pseudotype } from '../../datum/datum.js';
import { logicError, opFailed } from '../../datum/reql-error.js';
import { asString } from '../../datum/type-checks.js';
import { Determinism, type RowFunction } from '../../runtime/row-function.js';
import { liveStream } from '../../runtime/stream.js';
import { checkName, toWritableTable } from '../../runtime/tables.js';
import { type DatabaseValue, isDatum, type Value } from '../../runtime/value.js';
import type { StoredFunction } from '../../storage/definitions.js';
import { SYSTEM_DATABASE, systemTableNames } from '../../system-tables/system-tables.js';
import { tableConfig } from '../../system-tables/table-config.js';
import type { Arguments } from '../arguments.js';
import { feedOptions, sourceOf } from '../feed-request.js';
import {
  indexStatus,
  parseStoredHook,
  parseStoredIndex,
  writeHookStatus,
} from '../functions/function-blobs.js';
import { freeze } from '../functions/query-function.js';
import { defaultDatabase, durabilityOption } from '../options.js';
import { checkTableOptions } from '../table-options.js';
import type { Chapter } from '../term.js';

const MANY = Number.POSITIVE_INFINITY;

export const MANIPULATING_TABLES = {
  TABLE_CREATE: {
    args: [1, 2],
    optargs: [
      'primary_key',
      'shards',
      'replicas',
      'nonvoting_replica_tags',
      'primary_replica_tag',
      'durability',
    ],
    determinism: Determinism.nondeterministic,
    writes: true,
    evaluate: (args) => {
      checkTableOptions(args);
      const { db, name } = target(args);
      const table = args.env.storage.createTable(writable(db), name, {
        primaryKey: args.stringOption('primary_key') ?? 'id',
        durability: durabilityOption(args) ?? 'hard',
      });
      args.env.wrote('hard');
      return { tables_created: 1, config_changes: [{ old_val: null, new_val: tableConfig(table) }] };
    },
  },

  TABLE_DROP: {
    args: [1, 2],
    determinism: Determinism.nondeterministic,
    writes: true,
    evaluate: (args) => {
      const { db, name } = target(args);
      const table = args.env.storage.table(writable(db), name);
      if (table === undefined) throw opFailed(`Table \`${db.name}.${name}\` does not exist.`);
      const before = tableConfig(table);
      args.env.storage.dropTable(db.name, name);
      args.env.wrote('hard');
      return { tables_dropped: 1, config_changes: [{ old_val: before, new_val: null }] };
    },
  },

  TABLE_LIST: {
    args: [0, 1],
    determinism: Determinism.nondeterministic,
    evaluate: (args) => {
      const { name } = args.count === 0 ? defaultDatabase(args) : args.database(0);
      return name === SYSTEM_DATABASE ? systemTableNames() : args.env.storage.tables(name);
    },
  },

  INDEX_CREATE: {
    args: [2, 3],
    optargs: ['multi', 'geo'],
    determinism: Determinism.nondeterministic,
    writes: true,
    evaluate: createIndex,
  },

  INDEX_DROP: {
    args: [2, 2],
    determinism: Determinism.nondeterministic,
    writes: true,
    evaluate: (args) => {
      const table = args.table(0);
      const name = asString(args.datum(1));
      if (!table.indexes.has(name)) throw noIndex(name, table);
      table.dropIndex(name);
      args.env.wrote('hard');
      return { dropped: 1 };
    },
  },

  INDEX_LIST: {
    args: [1, 1],
    determinism: Determinism.nondeterministic,
    evaluate: (args) => [...args.anyTable(0).indexes.keys()].sort(),
  },
  INDEX_STATUS: { args: [1, MANY], determinism: Determinism.nondeterministic, evaluate: statusOfIndexes },
  /** Returns immediately: indexes are complete when `indexCreate` returns. */
  INDEX_WAIT: {
    args: [1, MANY],
    meta: true,
    determinism: Determinism.nondeterministic,
    evaluate: statusOfIndexes,
  },

  INDEX_RENAME: {
    args: [3, 3],
    optargs: ['overwrite'],
    determinism: Determinism.nondeterministic,
    writes: true,
    evaluate: (args) => {
      const table = args.table(0);
      const [from, to] = [args.string(1), args.string(2)];
      for (const name of [from, to]) refusePrimaryKey(name, table.primaryKey);
      const overwrite = args.booleanOption('overwrite') ?? false;
      if (!table.indexes.has(from) && overwrite) throw noIndex(from, table);
      if (!table.indexes.has(from) || (from !== to && table.indexes.has(to) && !overwrite)) {
        throw opFailed(
          `Index \`${from}\` does not exist or index \`${to}\` already exists on table \`${table.db}.${table.name}\`.`,
        );
      }
      table.renameIndex(from, to, overwrite);
      args.env.wrote('hard');
      return { renamed: from === to ? 0 : 1 };
    },
  },

  SET_WRITE_HOOK: {
    args: [2, 2],
    determinism: Determinism.nondeterministic,
    writes: true,
    evaluate: setWriteHook,
  },

  GET_WRITE_HOOK: {
    args: [1, 1],
    meta: true,
    determinism: Determinism.nondeterministic,
    evaluate: (args) => {
      const { writeHook } = args.table(0);
      return writeHook === null ? null : writeHookStatus(writeHook);
    },
  },

  CHANGES: {
    args: [1, 1],
    optargs: [
      'squash',
      'changefeed_queue_size',
      'include_initial',
      'include_offsets',
      'include_states',
      'include_types',
    ],
    determinism: Determinism.nondeterministic,
    evaluate: (args) => {
      const options = feedOptions(args);
      const source = sourceOf(args.value(0), args);
      return liveStream({ source, options, slices: [] });
    },
  },
} satisfies Chapter;

function target(args: Arguments): { db: DatabaseValue; name: string } {
  const last = args.count - 1;
  const db = last === 0 ? defaultDatabase(args) : args.database(0);
  return { db, name: args.at(last, () => checkName('Table', args.string(last))) };
}

function writable(db: DatabaseValue): string {
  if (db.name === SYSTEM_DATABASE) {
    throw opFailed("Database `rethinkdb` is special; you can't create new tables in it.");
  }
  return db.name;
}

function refusePrimaryKey(index: string, primaryKey: string): void {
  if (index === primaryKey) {
    throw logicError(`Index name conflict: \`${index}\` is the name of the primary key.`);
  }
}

function noIndex(name: string, table: { db: string; name: string }): Error {
  return opFailed(`Index \`${name}\` does not exist on table \`${table.db}.${table.name}\`.`);
}

function createIndex(args: Arguments): Value {
  const table = args.table(0);
  const name = asString(args.datum(1));
  refusePrimaryKey(name, table.primaryKey);
  const stored = indexFunction(args, name);
  table.createIndex(name, {
    function: stored.function,
    multi: args.booleanOption('multi') ?? stored.multi,
    geo: args.booleanOption('geo') ?? stored.geo,
  });
  args.env.wrote('hard');
  return { created: 1 };
}

function indexFunction(
  args: Arguments,
  name: string,
): { function: StoredFunction; multi: boolean; geo: boolean } {
  // FUNC, VAR and BRACKET of the protocol: row => row(name)
  if (args.count === 2)
    return {
      function: {
        term: [
          69,
          [
            [2, [1]],
            [170, [[10, [1]], name]],
          ],
        ],
      },
      multi: false,
      geo: false,
    };
  const given = args.value(2);
  if (isDatum(given) && pseudotype(given) === 'BINARY') {
    const stored = args.at(2, () => parseStoredIndex(args.datum(2)));
    refuseNondeterminism(args.env.storedFunction(stored.function), INDEX_FUNCTIONS);
    return stored;
  }
  const f = args.function(2);
  refuseNondeterminism(f, INDEX_FUNCTIONS);
  return { function: freeze(f), multi: false, geo: false };
}

const INDEX_FUNCTIONS = 'Index functions must be deterministic.';

function refuseNondeterminism(f: RowFunction, why: string): void {
  if (f.determinism !== Determinism.deterministic)
    throw f.blame(logicError(`Could not prove function deterministic.  ${why}`));
}

function statusOfIndexes(args: Arguments): Value {
  const table = args.anyTable(0);
  const wanted = args
    .values(1)
    .map((_, i) => args.string(i + 1))
    .sort();
  const missing = wanted.find((name) => !table.indexes.has(name));
  if (missing !== undefined) {
    throw opFailed(`Index \`${missing}\` was not found on table \`${table.db}.${table.name}\`.`);
  }
  const names = wanted.length > 0 ? [...new Set(wanted)] : [...table.indexes.keys()].sort();
  return names.map((name) => indexStatus(toWritableTable(table).indexes.get(name)!));
}

function setWriteHook(args: Arguments): Value {
  const table = args.table(0);
  const existed = table.writeHook !== null;
  const given = args.value(1);
  args.env.wrote('hard');
  if (given === null) {
    table.setWriteHook(null);
    return { deleted: 1 };
  }
  table.setWriteHook(hookFunction(args, given));
  return { [existed ? 'replaced' : 'created']: 1 };
}

function hookFunction(args: Arguments, given: Value): StoredFunction {
  if (isDatum(given) && pseudotype(given) === 'BINARY') {
    const stored = args.at(1, () => parseStoredHook(args.datum(1)));
    checkHook(args.env.storedFunction(stored));
    return stored;
  }
  const f = args.function(1);
  checkHook(f);
  return freeze(f);
}

function checkHook(f: RowFunction): void {
  refuseNondeterminism(f, 'Write hook functions must be deterministic.');
  if (f.arity !== 3) throw logicError('Write hook functions must expect 3 arguments.');
}
