import {
  type Datum,
  type DatumObject,
  isObject,
  pseudotype,
  REQL_TYPE,
  sortedKeys,
  typeName,
} from '../../datum/datum.js';
import { DatumSet } from '../../datum/datum-set.js';
import { getField } from '../../datum/fields.js';
import { logicError, nonExistence } from '../../datum/reql-error.js';
import { asInteger, typeError } from '../../datum/type-checks.js';
import { addField, merge, strayLiteral } from '../../operators/documents.js';
import { unproject } from '../../operators/field-path.js';
import { setDifference, setInsert, setIntersection, setUnion } from '../../operators/set-operations.js';
import { positionIn } from '../../operators/slice.js';
import { refine } from '../../runtime/conversions.js';
import { checkArraySize, type Limits } from '../../runtime/limits.js';
import { Determinism, RowFunction, toDatum } from '../../runtime/row-function.js';
import type { Value } from '../../runtime/value.js';
import type { Arguments } from '../arguments.js';
import { nth } from '../elements.js';
import { hasFieldsIn, lazyPath, pluckFrom } from '../fields.js';
import { type ObjectTerm, onObjectOrSequence } from '../object-or-sequence.js';
import type { Chapter } from '../term.js';

const MANY = Number.POSITIVE_INFINITY;

export const DOCUMENT_MANIPULATION = {
  IMPLICIT_VAR: { syntax: true },

  PLUCK: {
    args: [1, MANY],
    onGroups: 'transform',
    evaluate: (args) => pluckFrom(args.value(0), args),
  },

  WITHOUT: {
    args: [1, MANY],
    onGroups: 'transform',
    evaluate: (args) => {
      const path = lazyPath(args);
      return onObject(args, 'without', 'map', (object) => unproject(object, path()));
    },
  },

  MERGE: {
    args: [1, MANY],
    literalArgs: true,
    onGroups: 'transform',
    evaluate: (args) => onObject(args, 'merge', 'map', (object) => mergeAll(object, args)),
  },

  LITERAL: {
    args: [0, 1],
    onGroups: 'never',
    evaluate: (args) => {
      if (!args.literalOk) throw strayLiteral();
      return { [REQL_TYPE]: 'LITERAL', ...(args.count === 1 && { value: args.datum(0) }) };
    },
  },

  APPEND: { args: [2, 2], evaluate: (args) => checked([...args.array(0), args.datum(1)], args.limits) },
  PREPEND: { args: [2, 2], evaluate: (args) => checked([args.datum(1), ...args.array(0)], args.limits) },

  DIFFERENCE: {
    args: [2, 2],
    onGroups: 'transform',
    evaluate: (args) => {
      const rows = args.value(0);
      const without = new DatumSet(args.stream(1).finiteRows());
      const step = { kind: 'filter', keep: (row: Datum) => !without.has(row), deterministic: true } as const;
      return refine(rows, args.limits, (stream) => stream.with(step));
    },
  },

  SET_INSERT: {
    args: [2, 2],
    evaluate: (args) => checked(setInsert(args.array(0), args.datum(1)), args.limits),
  },
  SET_UNION: {
    args: [2, 2],
    evaluate: (args) => checked(setUnion(args.array(0), args.array(1)), args.limits),
  },
  SET_INTERSECTION: { args: [2, 2], evaluate: (args) => setIntersection(args.array(0), args.array(1)) },
  SET_DIFFERENCE: { args: [2, 2], evaluate: (args) => setDifference(args.array(0), args.array(1)) },

  BRACKET: {
    args: [2, 2],
    onGroups: ([, key]) => (typeof key?.source === 'number' ? 'aggregate' : 'transform'),
    evaluate: bracket,
  },

  GET_FIELD: {
    args: [2, 2],
    onGroups: 'transform',
    evaluate: (args) => {
      return onObject(args, 'get_field', 'skip', (object) => getField(object, args.string(1)));
    },
  },

  HAS_FIELDS: {
    args: [1, MANY],
    onGroups: 'transform',
    evaluate: (args) => hasFieldsIn(args.value(0), args),
  },

  INSERT_AT: {
    args: [3, 3],
    evaluate: (args) => {
      const items = args.array(0);
      return checked(items.toSpliced(gap(items, asInteger(args.datum(1))), 0, args.datum(2)), args.limits);
    },
  },
  SPLICE_AT: {
    args: [3, 3],
    evaluate: (args) => {
      const items = args.array(0);
      const at = gap(items, asInteger(args.datum(1)));
      return checked([...items.slice(0, at), ...args.array(2), ...items.slice(at)], args.limits);
    },
  },
  DELETE_AT: { args: [2, 3], evaluate: deleteAt },
  CHANGE_AT: {
    args: [3, 3],
    evaluate: (args) => {
      const items = args.array(0);
      return items.with(existing(items, asInteger(args.datum(1))), args.datum(2));
    },
  },

  KEYS: { args: [1, 1], evaluate: (args) => sortedKeys(plainObject(args, 'keys')) },
  VALUES: {
    args: [1, 1],
    evaluate: (args) => {
      const object = plainObject(args, 'values');
      return sortedKeys(object).map((key) => object[key] ?? null);
    },
  },

  OBJECT: {
    args: [0, MANY],
    evaluate: (args) => {
      if (args.count % 2 !== 0) {
        throw logicError(`OBJECT expects an even number of arguments (but found ${args.count}).`);
      }
      const object: DatumObject = {};
      for (let i = 0; i < args.count; i += 2) addField(object, args.string(i), args.datum(i + 1), 'object');
      return object;
    },
  },
} satisfies Chapter;

function onObject(
  args: Arguments,
  name: string,
  mode: ObjectTerm['mode'],
  apply: ObjectTerm['apply'],
): Value {
  const bits = args.term.children.slice(1).reduce((all, child) => all | child.determinism, 0);
  const deterministic = (bits & ~Determinism.constantNow) === 0;
  return onObjectOrSequence(args.value(0), { name, mode, deterministic, apply }, args.limits, (error) =>
    args.blame(0, error),
  );
}

function mergeAll(object: DatumObject, args: Arguments): Datum {
  let merged: Datum = object;
  for (let i = 1; i < args.count; i++) {
    const value = args.again(i);
    const news = toDatum(value instanceof RowFunction ? value.call([merged], true) : value);
    if (isObject(news) && pseudotype(news) !== undefined && pseudotype(news) !== 'LITERAL') {
      throw args.blame(i, logicError(`Cannot merge objects of type \`${typeName(news)}\`.`));
    }
    merged = merge(merged, news);
  }
  return merged;
}

function bracket(args: Arguments): Value {
  const key = args.datum(1);
  if (typeof key === 'number') return nth(args.value(0), args.int32(1), args);
  if (typeof key === 'string') return onObject(args, 'bracket', 'skip', (object) => getField(object, key));
  throw typeError(
    key,
    `Expected NUMBER or STRING as second argument to \`bracket\` but found ${typeName(key)}.`,
  );
}

function checked(items: Datum[], limits: Limits): Datum[] {
  checkArraySize(items.length, limits);
  return items;
}

/** A position between elements, for terms that insert. */
function gap(items: readonly Datum[], index: number): number {
  const at = index < 0 ? items.length + 1 + index : index;
  if (at < 0) throw nonExistence(`Index out of bounds: ${index}`);
  if (at > items.length) throw outOfBounds(at, items.length);
  return at;
}

function existing(items: readonly Datum[], index: number): number {
  const at = positionIn(items.length, index);
  if (at >= items.length) throw outOfBounds(at, items.length);
  return at;
}

function outOfBounds(index: number, size: number): Error {
  return nonExistence(`Index \`${index}\` out of bounds for array of size: \`${size}\`.`);
}

function deleteAt(args: Arguments): Datum {
  const items = args.array(0);
  const from = positionIn(items.length, asInteger(args.datum(1)));
  if (args.count === 2) return items.toSpliced(existing(items, from), 1);
  const to = positionIn(items.length, asInteger(args.datum(2)));
  if (from > items.length) throw outOfBounds(from, items.length);
  if (to > items.length) throw outOfBounds(to, items.length);
  if (from > to) throw logicError(`Start index \`${from}\` is greater than end index \`${to}\`.`);
  return items.toSpliced(from, to - from);
}

function plainObject(args: Arguments, term: string): DatumObject {
  const object = args.datum(0);
  if (isObject(object) && pseudotype(object) === undefined) return object;
  return args.at(0, () => {
    throw logicError(`Cannot call \`${term}\` on objects of type \`${typeName(object)}\`.`);
  });
}
