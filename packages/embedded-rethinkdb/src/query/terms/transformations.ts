import type { Datum } from '../../datum/datum.js';
import { logicError } from '../../datum/reql-error.js';
import { sample } from '../../operators/sample.js';
import { sliceByRange, sliceStream } from '../../operators/slice.js';
import { type SortKey, sortedStream, sortedWithinIndex } from '../../operators/sort.js';
import { orderedUnion, union } from '../../operators/union.js';
import { isSelection, refine, sequenceValue, toSelection, toStream } from '../../runtime/conversions.js';
import { checkArraySize } from '../../runtime/limits.js';
import { Determinism, keeps, RowFunction, toDatum } from '../../runtime/row-function.js';
import { Selection, SingleSelection } from '../../runtime/selection.js';
import type { Stream } from '../../runtime/stream.js';
import { TableSlice, TableValue } from '../../runtime/table-slice.js';
import { isDatum, type Value } from '../../runtime/value.js';
import type { Arguments } from '../arguments.js';
import { nth, sliceData } from '../elements.js';
import { hasFieldsIn, pluckFrom } from '../fields.js';
import { equalsFunction, fieldFunction } from '../functions/shortcut-function.js';
import { mapStreams } from '../map-streams.js';
import { openBound } from '../options.js';
import { refuseSplicing, sortKey } from '../sort-keys.js';
import type { Chapter } from '../term.js';

const MANY = Number.POSITIVE_INFINITY;

export const TRANSFORMATIONS = {
  MAP: { args: [2, MANY], forbidsWrites: true, onGroups: 'transform', evaluate: mapStreams },

  WITH_FIELDS: {
    args: [1, MANY],
    onGroups: 'transform',
    evaluate: (args) => pluckFrom(hasFieldsIn(args.value(0), args), args),
  },

  CONCAT_MAP: {
    args: [2, 2],
    forbidsWrites: true,
    onGroups: 'transform',
    evaluate: (args) => {
      const stream = args.stream(0);
      const expand = args.function(1);
      const step = {
        kind: 'concat',
        apply: (row: Datum) => toStream(expand.call([row])).rows(),
        noChanges: 'Cannot call `changes` after `concat_map`.',
        deterministic: expand.isDeterministic,
      } as const;
      return sequenceValue(stream.with(step), args.limits);
    },
  },

  ORDER_BY: {
    args: [1, MANY],
    optargs: ['index'],
    evaluate: (args) => {
      refuseSplicing(args.term.children);
      const keys = sortKeys(args);
      const rows = args.value(0);
      if (args.optionNode('index') !== undefined) return orderByIndex(args, rows, keys);
      if (!isSelection(rows))
        return sequenceValue(sortedStream(args.finiteStream(0), keys, args.limits), args.limits);
      const selection = toSelection(rows);
      return selection.with(sortedStream(selection.stream, keys, args.limits));
    },
  },

  ASC: { args: [1, 1], evaluate: (args) => args.value(0) },
  DESC: { args: [1, 1], evaluate: (args) => args.value(0) },

  SKIP: {
    args: [2, 2],
    evaluate: (args) => slice(args, { left: args.integer(1), leftOpen: false, right: -1, rightOpen: false }),
  },

  LIMIT: {
    args: [2, 2],
    evaluate: (args) => {
      const rows = args.value(0);
      if (!isSelection(rows)) args.stream(0);
      const size = args.int32(1);
      if (size < 0) throw logicError(`LIMIT takes a non-negative argument (got ${size})`);
      return refine(rows, args.limits, (stream) => sliceStream(stream, 0, size));
    },
  },

  SLICE: {
    args: [2, 3],
    optargs: ['left_bound', 'right_bound'],
    evaluate: (args) =>
      slice(args, {
        left: args.integer(1),
        leftOpen: openBound(args, 'left_bound', false),
        right: args.count === 3 ? args.integer(2) : -1,
        rightOpen: args.count === 3 && openBound(args, 'right_bound', true),
      }),
  },

  NTH: { args: [2, 2], onGroups: 'aggregate', evaluate: (args) => nth(args.value(0), args.int32(1), args) },

  OFFSETS_OF: {
    args: [2, 2],
    evaluate: (args) => {
      const wanted = args.value(1);
      const test = wanted instanceof RowFunction ? wanted : equalsFunction(args.datum(1));
      // A row without the field does not match.
      let offset = -1;
      const step = {
        kind: 'concat',
        apply: (row: Datum): Datum[] => {
          offset++;
          return keeps(test, row) ? [offset] : [];
        },
        noChanges: 'Cannot call `changes` on an eager stream.',
        deterministic: true,
      } as const;
      return sequenceValue(args.stream(0).with(step), args.limits);
    },
  },

  IS_EMPTY: {
    args: [1, 1],
    evaluate: (args) => {
      for (const _ of args.stream(0).rows()) return false;
      return true;
    },
  },

  UNION: { args: [0, MANY], optargs: ['interleave'], evaluate: unionOf },

  SAMPLE: {
    args: [2, 2],
    determinism: Determinism.nondeterministic,
    evaluate: (args) => {
      const size = args.integer(1);
      if (size < 0) {
        throw logicError(`Number of items to sample must be non-negative, got \`${size}\`.`);
      }
      checkArraySize(size, args.limits);
      const rows = args.value(0);
      if (!isSelection(rows)) return sequenceValue(sample(args.finiteStream(0), size), args.limits);
      return refine(rows, args.limits, (stream) => sample(stream, size));
    },
  },
} satisfies Chapter;

function sortKeys(args: Arguments): SortKey[] {
  return args.term.children.slice(1).map((node, i) => sortKey(args.function(i + 1, 'field'), node));
}

function orderByIndex(args: Arguments, rows: Value, keys: readonly SortKey[]): Value {
  if (!(rows instanceof TableValue) && !(rows instanceof TableSlice)) {
    throw logicError(
      'Indexed order_by can only be performed on a TABLE or TABLE_SLICE. ' +
        'Make sure order_by comes before any transformations (such as map) or filters.',
    );
  }
  const order = args.optionNode('index')?.name === 'DESC' ? 'descending' : 'ascending';
  const slice = args.tableSlice(0).ordered(args.stringOption('index')!, order);
  slice.stream();
  return keys.length === 0 ? slice : new Selection(slice.table, sortedWithinIndex(slice, keys, args.limits));
}

function slice(args: Arguments, range: Parameters<typeof sliceByRange>[1]): Value {
  const rows = args.value(0);
  if (isDatum(rows) || rows instanceof SingleSelection) return sliceData(args.datum(0), range, args);
  return refine(rows, args.limits, (stream) => sliceByRange(stream, range));
}

function unionOf(args: Arguments): Value {
  const streams = args.values(0).map((_, i) => args.stream(i));
  const interleave = args.optionNode('interleave');
  const combined = interleave === undefined ? union(streams) : interleaved(args, streams);
  return sequenceValue(combined, args.limits);
}

function interleaved(args: Arguments, streams: readonly Stream[]): Stream {
  const node = args.optionNode('interleave')!;
  const parts = node.name === 'MAKE_ARRAY' ? node.children : [node];
  refuseSplicing(parts);
  const keys: SortKey[] = [];
  for (const part of parts) {
    const value = args.evaluate(part);
    if (typeof value === 'boolean' && part === node) return union(streams);
    const by = value instanceof RowFunction ? value : fieldFunction(toDatum(value));
    keys.push(sortKey(by, part));
  }
  return orderedUnion(streams, keys);
}
