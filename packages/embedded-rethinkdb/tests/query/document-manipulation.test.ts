import { describe } from 'vitest';
import { r } from '../support/driver.js';
import { examples, fails, useDatabase } from './examples.js';

const { run } = useDatabase();
const doc = r.expr({ a: 1, b: { c: 2, d: [{ e: 3, f: 4 }] } });

describe('fields', () => {
  examples(run, {
    'fields are read by name': [doc('b')('c'), 2],
    'fields are an error if they are missing': [
      doc('x'),
      fails('ReqlNonExistenceError', 'No attribute `x` in object:'),
    ],
    'fields are collected from the objects of a sequence that have them': [
      r.expr([{ a: 1 }, {}, { a: 3 }])('a'),
      [1, 3],
    ],
    'fields can be plucked, also nested ones': [doc.pluck({ b: { d: 'e' } }), { b: { d: [{ e: 3 }] } }],
    'fields can be removed, also nested ones': [
      doc.without('a', { b: ['c'] }),
      { b: { d: [{ e: 3, f: 4 }] } },
    ],
    'fields can be tested for, except null values': [
      r.expr([{ a: null }, { a: 1 }]).hasFields('a'),
      [{ a: 1 }],
    ],
    'fields can be tested for along a path': [doc.hasFields({ b: { c: true } }), true],
    'fields have names and values, sorted': [
      r.expr([doc.keys(), r.object('z', 1, 'y', 2).values()]),
      [
        ['a', 'b'],
        [2, 1],
      ],
    ],
    'fields of a number do not exist': [
      r.expr(1)('a'),
      fails('ReqlQueryLogicError', 'Cannot perform bracket on a non-object non-sequence `1`.'),
    ],
    'fields of arrays in arrays are refused': [
      r.expr([[{ a: 1 }]])('a'),
      fails('ReqlQueryLogicError', 'Cannot perform bracket on a sequence of sequences.'),
    ],
  });
});

describe('merge', () => {
  examples(run, {
    'merges objects into objects': [doc.merge({ b: { c: 9 } })('b')('c'), 9],
    'merge accepts a function': [
      r.expr([{ a: 1 }]).merge((x: typeof r) => ({ b: x('a').add(1) })),
      [{ a: 1, b: 2 }],
    ],
    'merge replaces with a literal': [doc.merge({ b: r.literal({ x: 1 }) })('b'), { x: 1 }],
    'merge removes with an empty literal': [doc.merge({ b: r.literal() }), { a: 1 }],
    'merge refuses a literal elsewhere': [
      r.expr({ a: r.literal(1) }),
      fails('ReqlQueryLogicError', 'Stray literal keyword found'),
    ],
  });
});

describe('arrays', () => {
  const list = r.expr([1, 2, 3]);
  examples(run, {
    'arrays grow at either end': [
      r.expr([list.append(4), list.prepend(0)]),
      [
        [1, 2, 3, 4],
        [0, 1, 2, 3],
      ],
    ],
    'arrays accept elements at any position': [
      r.expr([list.insertAt(1, 9), list.insertAt(-1, 9), list.spliceAt(1, [8, 9])]),
      [
        [1, 9, 2, 3],
        [1, 2, 3, 9],
        [1, 8, 9, 2, 3],
      ],
    ],
    'arrays lose elements': [
      r.expr([list.deleteAt(0), list.deleteAt(-1), list.deleteAt(0, 2)]),
      [[2, 3], [1, 2], [3]],
    ],
    'arrays change elements': [list.changeAt(1, 'x'), [1, 'x', 3]],
    'arrays refuse positions out of bounds': [
      list.changeAt(3, 0),
      fails('ReqlNonExistenceError', 'Index `3` out of bounds for array of size: `3`.'),
    ],
    'arrays support operations of sets': [
      r.expr([
        list.setInsert(2),
        list.setUnion([3, 4]),
        list.setIntersection([3, 1, 3]),
        list.setDifference([2]),
      ]),
      [
        [1, 2, 3],
        [1, 2, 3, 4],
        [3, 1],
        [1, 3],
      ],
    ],
    'arrays can be reduced by the elements of another array': [r.expr([1, 1, 2]).difference([1]), [2]],
  });
});
