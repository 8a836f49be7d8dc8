import { binaryBytes } from '../../datum/binary.js';
import { type Datum, isObject, pseudotype } from '../../datum/datum.js';
import { equal } from '../../datum/order.js';
import { logicError } from '../../datum/reql-error.js';
import { asBoolean } from '../../datum/type-checks.js';
import { average, contains, count, extreme, lacksValues, reduce, sum } from '../../operators/aggregate.js';
import { distinct, distinctIndexValues } from '../../operators/distinct.js';
import { fold, foldingStream } from '../../operators/fold.js';
import { type GroupableRow, groupRows } from '../../operators/group.js';
import { sequenceValue } from '../../runtime/conversions.js';
import { EmptyGroup, Grouped, groupedAgain, notAStream } from '../../runtime/grouped.js';
import { keeps, RowFunction } from '../../runtime/row-function.js';
import { ExtremeSelection, SingleSelection } from '../../runtime/selection.js';
import { Stream } from '../../runtime/stream.js';
import { findIndex, TableSlice, TableValue } from '../../runtime/table-slice.js';
import { isDatum, type Value, wrongKind } from '../../runtime/value.js';
import type { Arguments } from '../arguments.js';
import { fieldFunction } from '../functions/shortcut-function.js';
import type { Chapter } from '../term.js';

const MANY = Number.POSITIVE_INFINITY;

export const AGGREGATION = {
  GROUP: {
    args: [1, MANY],
    forbidsWrites: true,
    optargs: ['index', 'multi'],
    onGroups: 'never',
    evaluate: group,
  },

  UNGROUP: {
    args: [1, 1],
    onGroups: 'never',
    evaluate: (args) => {
      const grouped = args.value(0);
      if (!(grouped instanceof Grouped)) return args.at(0, () => refuse(grouped));
      grouped.checkSize(args.limits);
      return grouped.groups.map(({ group: name, reduction }) => ({ group: name, reduction }));
    },
  },

  REDUCE: {
    args: [2, 2],
    forbidsWrites: true,
    optargs: ['base'],
    onGroups: 'aggregate',
    evaluate: (args) => reduce(args.finiteStream(0), args.function(1)),
  },

  FOLD: {
    args: [3, 3],
    forbidsWrites: true,
    optargs: ['emit', 'final_emit'],
    onGroups: 'aggregate',
    evaluate: (args) => {
      if (args.inGroup) throw args.blame(0, notAStream());
      const stream = args.stream(0);
      const base = args.datum(1);
      const f = args.function(2);
      if (f.arity !== 0 && f.arity !== 2) {
        throw logicError('The accumulator function passed to `fold` should expect 2 arguments');
      }
      const emit = args.functionOption('emit');
      const finish = args.functionOption('final_emit');
      if (emit === undefined) return fold(stream, base, f, finish);
      return sequenceValue(foldingStream(stream, base, f, emit, finish), args.limits);
    },
  },

  COUNT: { args: [1, 2], forbidsWrites: true, onGroups: 'aggregate', evaluate: countRows },
  SUM: {
    args: [1, 2],
    forbidsWrites: true,
    onGroups: 'aggregate',
    evaluate: (args) => aggregated(args, sum),
  },
  AVG: {
    args: [1, 2],
    forbidsWrites: true,
    onGroups: 'aggregate',
    evaluate: (args) => aggregated(args, average),
  },
  MIN: {
    args: [1, 2],
    forbidsWrites: true,
    optargs: ['index'],
    onGroups: 'aggregate',
    evaluate: (args) => extremeRow(args, 'min'),
  },
  MAX: {
    args: [1, 2],
    forbidsWrites: true,
    optargs: ['index'],
    onGroups: 'aggregate',
    evaluate: (args) => extremeRow(args, 'max'),
  },

  DISTINCT: { args: [1, 1], optargs: ['index'], evaluate: distinctValues },

  CONTAINS: {
    args: [1, MANY],
    evaluate: (args) => {
      const stream = args.finiteStream(0);
      const wanted = args.values(1).map((value, i) => {
        if (value instanceof RowFunction) return (row: Datum) => asBoolean(value.datum(row));
        const item = args.datum(i + 1);
        return (row: Datum) => equal(row, item);
      });
      return contains(stream, wanted);
    },
  },
} satisfies Chapter;

function refuse(value: Value): never {
  throw wrongKind('GROUPED_DATA', value);
}

function group(args: Arguments): Value {
  const functions = args.values(1).map((_, i) => args.function(i + 1, 'field'));
  const target = args.value(0);
  if (target instanceof Grouped) throw args.blame(0, groupedAgain());
  const index = args.stringOption('index');
  const multi = args.booleanOption('multi') ?? false;
  if (functions.length === 0 && index === undefined) throw logicError('Cannot group by nothing.');
  if (index === undefined) return groupRows(plainRows(args.finiteStream(0)), functions, multi, args.limits);
  const table = args.anyTable(0);
  if (findIndex(table, index) === null) {
    const slice = new TableSlice(table, index);
    return groupRows(plainRows(slice.stream()), [...functions, fieldFunction(index)], multi, args.limits);
  }
  const entries = new TableSlice(table, index, 'ascending').entries();
  return groupRows(indexedRows(entries), functions, multi, args.limits);
}

function* plainRows(stream: Stream): Iterable<GroupableRow> {
  for (const row of stream.finiteRows()) yield { row };
}

function* indexedRows(entries: Iterable<{ value: Datum; doc: Datum }>): Iterable<GroupableRow> {
  for (const { value, doc } of entries) yield { row: doc, indexValue: value };
}

function countRows(args: Arguments): Value {
  const rows = args.value(0);
  if (args.count === 2) {
    const wanted = args.value(1);
    const stream = args.finiteStream(0);
    const item = wanted instanceof RowFunction ? wanted : args.datum(1);
    const keep = (row: Datum) => (item instanceof RowFunction ? keeps(item, row) : equal(row, item));
    const size = count(stream.with({ kind: 'filter', keep, deterministic: true }));
    if (size === 0 && args.inGroup) throw new EmptyGroup();
    return size;
  }
  if (isDatum(rows) || rows instanceof SingleSelection) {
    const datum = args.datum(0);
    if (typeof datum === 'string') return [...datum].length;
    if (pseudotype(datum) === 'BINARY') return binaryBytes(datum).length;
    if (isObject(datum)) return Object.keys(datum).length;
  }
  // A whole table has a counter of its documents.
  if (rows instanceof TableValue) return rows.table.count();
  return count(args.finiteStream(0));
}

/** A group without a value to aggregate is not in the result. */
function aggregated(args: Arguments, aggregate: (stream: Stream, by?: RowFunction) => Datum): Datum {
  const by = optionalField(args);
  const stream = args.finiteStream(0);
  if (args.inGroup && lacksValues(stream, by)) throw new EmptyGroup();
  return aggregate(stream, by);
}

function optionalField(args: Arguments): RowFunction | undefined {
  return args.count === 2 ? args.function(1, 'field') : undefined;
}

function extremeRow(args: Arguments, name: 'min' | 'max'): Value {
  const rows = args.value(0);
  const index = args.stringOption('index');
  const by = optionalField(args);
  if (by !== undefined && index !== undefined) {
    throw logicError(`Cannot provide both a function and an index to ${name}.`);
  }
  if (index === undefined && (by !== undefined || !(rows instanceof TableValue))) {
    return aggregated(args, (stream) => extreme(stream, name, by));
  }
  const table = args.anyTable(0);
  const slice = new TableSlice(table, index ?? table.primaryKey, name === 'min' ? 'ascending' : 'descending');
  slice.stream();
  return new ExtremeSelection(slice, name);
}

function distinctValues(args: Arguments): Value {
  const rows = args.value(0);
  const index = args.stringOption('index');
  if (rows instanceof TableValue || rows instanceof TableSlice) {
    const slice = args.tableSlice(0);
    const name = index ?? slice.table.primaryKey;
    if (index !== undefined && index === slice.table.primaryKey) {
      const by = fieldFunction(index);
      return slice.stream().with({ kind: 'map', apply: (row) => by.datum(row), deterministic: true });
    }
    if (slice.index === null || slice.index === name) {
      const ordered = slice.order === 'none' ? slice.ordered(name, 'ascending') : slice;
      const stream = ordered.stream();
      // Rows are distinct, because their primary keys differ.
      return index === undefined ? new Stream(() => stream.rows()) : distinctIndexValues(ordered);
    }
  }
  if (index !== undefined) throw logicError('Can only perform an indexed distinct on a TABLE.');
  return distinct(args.finiteStream(0), args.limits);
}
