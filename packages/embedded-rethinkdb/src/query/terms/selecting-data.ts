import { type Datum, MAXVAL, MINVAL, pseudotype } from '../../datum/datum.js';
import { refuseZeroBytes } from '../../datum/key-encoding.js';
import { logicError, nonExistence } from '../../datum/reql-error.js';
import { asBoolean } from '../../datum/type-checks.js';
import { getAll } from '../../operators/get-all.js';
import { refine } from '../../runtime/conversions.js';
import { Determinism, keeps, toDatum } from '../../runtime/row-function.js';
import { SingleSelection } from '../../runtime/selection.js';
import { TableValue } from '../../runtime/table-slice.js';
import { checkName, findDatabase, findTable } from '../../runtime/tables.js';
import type { Arguments } from '../arguments.js';
import { defaultDatabase, openBound } from '../options.js';
import type { Chapter } from '../term.js';

export const SELECTING_DATA = {
  DB: {
    args: [1, 1],
    determinism: Determinism.nondeterministic,
    evaluate: (args) =>
      findDatabase(
        args.env.storage,
        args.at(0, () => checkName('Database', args.string(0))),
      ),
  },

  TABLE: {
    args: [1, 2],
    optargs: ['read_mode', 'use_outdated', 'identifier_format'],
    determinism: Determinism.nondeterministic,
    evaluate: (args) => {
      checkTableOptions(args);
      const last = args.count - 1;
      const database = args.count === 2 ? args.database(0) : defaultDatabase(args);
      const name = args.at(last, () => checkName('Table', args.string(last)));
      return new TableValue(
        findTable(args.env.storage, database.name, name, args.stringOption('identifier_format')),
      );
    },
  },

  GET: {
    args: [2, 2],
    evaluate: (args) => {
      const table = args.anyTable(0);
      const key = args.datum(1);
      if (key === null) throw nonExistence(NULL_KEY);
      refuseZeroBytes(key);
      return new SingleSelection(table, key);
    },
  },

  GET_ALL: {
    args: [1, Number.POSITIVE_INFINITY],
    optargs: ['index'],
    evaluate: (args) => {
      const table = args.anyTable(0);
      const index = args.stringOption('index') ?? table.primaryKey;
      const keys = args.data(1);
      for (const [i, key] of keys.entries()) args.at(i + 1, () => checkKey(key));
      return getAll(table, index, keys);
    },
  },

  BETWEEN: {
    args: [3, 3],
    optargs: ['index', 'left_bound', 'right_bound'],
    evaluate: (args) => {
      for (const position of [1, 2]) {
        if (args.datum(position) === null) args.at(position, refuseNull);
      }
      return between(args, args.datum(1), args.datum(2));
    },
  },

  /** `between` of drivers before 2.0: null means no bound. */
  BETWEEN_DEPRECATED: {
    args: [3, 3],
    optargs: ['index', 'left_bound', 'right_bound'],
    evaluate: (args) => between(args, args.datum(1) ?? MINVAL, args.datum(2) ?? MAXVAL),
  },

  FILTER: {
    args: [2, 2],
    forbidsWrites: true,
    optargs: ['default'],
    onGroups: 'transform',
    evaluate: (args) => {
      const rows = args.value(0);
      const predicate = args.function(1, 'constant', true);
      const otherwise = args.optionNode('default');
      const fallback = otherwise && (() => asBoolean(toDatum(args.evaluate(otherwise))));
      return refine(rows, args.limits, (stream) =>
        stream.with({
          kind: 'filter',
          keep: (row) => keeps(predicate, row, fallback),
          deterministic: predicate.isDeterministic,
        }),
      );
    },
  },
} satisfies Chapter;

function checkTableOptions(args: Arguments): void {
  if (args.option('use_outdated') !== undefined) {
    throw logicError(
      'The `use_outdated` optarg is no longer supported.  Use the `read_mode` optarg instead.',
    );
  }
  const mode = args.stringOption('read_mode') ?? 'single';
  if (!['majority', 'single', 'outdated', '_debug_direct'].includes(mode)) {
    throw logicError(
      `Read mode \`${mode}\` unrecognized (options are "majority", "single", and "outdated").`,
    );
  }
  const format = args.stringOption('identifier_format') ?? 'name';
  if (format !== 'name' && format !== 'uuid') {
    throw logicError(`Identifier format \`${format}\` unrecognized (options are "name" and "uuid").`);
  }
}

const NULL_KEY =
  'Primary keys must be either a number, string, bool, pseudotype or array (got type NULL):\nnull';

function checkKey(key: Datum): void {
  if (pseudotype(key) === 'GEOMETRY') {
    throw logicError('Cannot use a geospatial index with `get_all`. Use `get_intersecting` instead.');
  }
  if (key === null) throw nonExistence('Keys cannot be NULL.');
}

function refuseNull(): never {
  throw logicError('Cannot use `null` in BETWEEN, use `r.minval` or `r.maxval` to denote unboundedness.');
}

function between(args: Arguments, lower: Datum, upper: Datum) {
  const slice = args.tableSlice(0);
  const index = args.stringOption('index') ?? slice.index ?? slice.table.primaryKey;
  return slice.between(index, {
    lower,
    lowerOpen: openBound(args, 'left_bound', false),
    upper,
    upperOpen: openBound(args, 'right_bound', true),
  });
}
