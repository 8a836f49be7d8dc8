import { describe, expect, test } from 'vitest';
import { r } from '../support/driver.js';
import { examples, fails, useDatabase } from './examples.js';

const rows = [
  { id: 1, name: 'c', size: 2 },
  { id: 2, name: 'a', size: 1 },
  { id: 3, name: 'b', size: 2 },
  { id: 4, name: 'd' },
];
const { run } = useDatabase(async (prepare) => {
  await prepare(r.tableCreate('things'));
  await prepare(r.table('things').indexCreate('size'));
  await prepare(r.table('things').indexWait());
  await prepare(r.table('things').insert(rows));
});
const things = r.table('things');

describe('map', () => {
  examples(run, {
    'map changes rows': [r.expr([1, 2]).map((x: typeof r) => x.mul(2)), [2, 4]],
    'map iterates over several sequences in parallel': [
      r.map([1, 2, 3], [10, 20], (a: typeof r, b: typeof r) => a.add(b)),
      [11, 22],
    ],
    'map checks the number of arguments': [
      r.map([1], [2], (a: typeof r) => a),
      fails(
        'ReqlQueryLogicError',
        'The function passed to `map` expects 1 argument, but 2 sequences were found.',
      ),
    ],
    'concatMap flattens': [r.expr([1, 2]).concatMap((x: typeof r) => [x, x]), [1, 1, 2, 2]],
    'withFields keeps rows that have all fields': [
      things.withFields('id', 'size').orderBy('id'),
      rows.slice(0, 3).map(({ id, size }) => ({ id, size })),
    ],
  });
});

describe('orderBy', () => {
  const ids = (query: typeof r) => query.map((x: typeof r) => x('id'));
  examples(run, {
    'orderBy sorts by fields, missing ones first': [
      ids(things.orderBy('size', r.desc('name'))),
      [4, 2, 1, 3],
    ],
    'orderBy sorts in descending order': [ids(things.orderBy(r.desc('name'))), [4, 1, 3, 2]],
    'orderBy sorts by a function': [ids(things.orderBy((x: typeof r) => x('id').mul(-1))), [4, 3, 2, 1]],
    'orderBy sorts by an index, without rows that are not in the index': [
      ids(things.orderBy({ index: 'size' })),
      [2, 1, 3],
    ],
    'orderBy sorts within equal values of an index': [
      ids(things.orderBy('name', { index: r.desc('size') })),
      [3, 1, 2],
    ],
    'orderBy does not evaluate the key of a single row': [r.expr(['a']).orderBy('name'), ['a']],
    'orderBy requires a key': [
      things.orderBy(),
      fails('ReqlQueryLogicError', 'Must specify something to order by.'),
    ],
    'orderBy sorts by an index only directly after a table': [
      things.filter({}).orderBy({ index: 'size' }),
      fails('ReqlQueryLogicError', 'Indexed order_by can only be performed on a TABLE or TABLE_SLICE.'),
    ],
    'orderBy refuses a missing index': [
      things.orderBy({ index: 'x' }),
      fails('ReqlOpFailedError', 'Index `x` was not found on table'),
    ],
  });
});

describe('parts of sequences', () => {
  const list = r.expr([0, 1, 2, 3, 4]);
  examples(run, {
    'limit and skip select a range of rows': [list.skip(1).limit(2), [1, 2]],
    'slices count from both ends': [
      r.expr([list.slice(1, 3), list.slice(-2, -1, { rightBound: 'closed' })]),
      [
        [1, 2],
        [3, 4],
      ],
    ],
    'slices of strings count characters': [r.expr('añb😀c').slice(1, 4), 'ñb😀'],
    nth: [r.expr([list.nth(-1), list(0)]), [4, 0]],
    'nth refuses a position beyond the end': [
      list.nth(9),
      fails('ReqlNonExistenceError', 'Index out of bounds: 9'),
    ],
    'nth of a table is a selection of one row': [
      things.orderBy({ index: 'id' }).nth(1).typeOf(),
      'SELECTION<OBJECT>',
    ],
    'a negative limit is refused': [
      list.limit(-1),
      fails('ReqlQueryLogicError', 'LIMIT takes a non-negative argument (got -1)'),
    ],
    'offsetsOf accepts a value or a predicate': [
      r.expr([list.offsetsOf(2), list.offsetsOf((x: typeof r) => x.gt(2))]),
      [[2], [3, 4]],
    ],
    'offsetsOf ignores rows that lack a field': [
      r.expr([{ a: 1 }, {}, { a: 2 }]).offsetsOf((x: typeof r) => x('a').gt(1)),
      [2],
    ],
    emptiness: [r.expr([list.isEmpty(), things.filter({ name: 'x' }).isEmpty()]), [false, true]],
  });
});

describe('union and sample', () => {
  examples(run, {
    'union appends': [r.expr([1, 2]).union([3]), [1, 2, 3]],
    'union merges sorted sequences': [
      r.expr([1, 4]).union([2, 3], { interleave: (x: typeof r) => x }),
      [1, 2, 3, 4],
    ],
    'union refuses to merge unsorted sequences': [
      r.expr([4, 1]).union([2, 3], { interleave: (x: typeof r) => x }),
      fails('ReqlQueryLogicError', 'The streams given as arguments are not ordered by given ordering.'),
    ],
    'a sample has at most all rows': [r.expr([1, 2]).sample(5).count(), 2],
  });

  test('a sample has different rows', async () => {
    const sample = (await run(r.range(100).sample(10))) as number[];
    expect(new Set(sample).size).toBe(10);
  });
});
