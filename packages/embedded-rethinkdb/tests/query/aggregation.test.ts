import { describe } from 'vitest';
import { r } from '../support/driver.js';
import { examples, fails, useDatabase } from './examples.js';

const rows = [
  { id: 1, kind: 'x', n: 3, tags: ['a', 'b'] },
  { id: 2, kind: 'y', n: 4, tags: ['a'] },
  { id: 3, kind: 'x', n: 5, tags: [] },
  { id: 4, kind: 'z' },
];
const { run } = useDatabase(async (prepare) => {
  await prepare(r.tableCreate('things'));
  await prepare(r.table('things').indexCreate('n'));
  await prepare(r.table('things').indexWait());
  await prepare(r.table('things').insert(rows));
});
const things = r.table('things');
const groups = (...pairs: [unknown, unknown][]) => pairs.map(([group, reduction]) => ({ group, reduction }));

describe('group', () => {
  examples(run, {
    'group counts by a field': [things.group('kind').count().ungroup(), groups(['x', 2], ['y', 1], ['z', 1])],
    'group treats missing fields as null': [
      things.group('n').count().ungroup(),
      groups([null, 1], [3, 1], [4, 1], [5, 1]),
    ],
    'groups by several values': [
      things
        .group('kind', (x: typeof r) => x('id').gt(1))
        .count()
        .ungroup(),
      groups([['x', false], 1], [['x', true], 1], [['y', true], 1], [['z', true], 1]),
    ],
    'groups by an index': [
      things.group({ index: 'n' }).pluck('id').ungroup(),
      groups([3, [{ id: 1 }]], [4, [{ id: 2 }]], [5, [{ id: 3 }]]),
    ],
    'group puts a row into a group for each element': [
      things.group('tags', { multi: true }).count().ungroup(),
      groups([null, 2], ['a', 2], ['b', 1]),
    ],
    'group omits groups without values to aggregate': [
      things.group('kind').sum('n').ungroup(),
      groups(['x', 8], ['y', 4]),
    ],
    'group omits groups without rows after a filter': [
      things.group('kind').filter({ n: 4 }).count().ungroup(),
      groups(['y', 1]),
    ],
    'group applies other terms to every group': [
      things.group('kind').count().add(10).ungroup(),
      groups(['x', 12], ['y', 11], ['z', 11]),
    ],
    'group sorts groups by their values': [
      things.orderBy(r.desc('id')).group('kind').nth(0)('id').ungroup().limit(1),
      groups(['x', 3]),
    ],
    'group cannot be grouped again': [
      things.group('kind').group('n'),
      fails('ReqlQueryLogicError', 'Cannot call `group` on the output of `group`'),
    ],
    'group requires a value to group by': [
      things.group(),
      fails('ReqlQueryLogicError', 'Cannot group by nothing.'),
    ],
  });
});

describe('aggregates', () => {
  examples(run, {
    'sum and average ignore rows without the field': [r.expr([things.sum('n'), things.avg('n')]), [12, 4]],
    'minimum and maximum return rows': [r.expr([things.min('n')('id'), things.max('n')('id')]), [1, 3]],
    'minimum and maximum by an index': [
      r.expr([things.min({ index: 'n' })('id'), things.max({ index: 'n' })('id')]),
      [1, 3],
    ],
    'count accepts a value or a predicate': [
      r.expr([r.expr([1, 2, 1]).count(1), things.count((x: typeof r) => x('n').gt(3))]),
      [2, 2],
    ],
    'count of a string and an object counts characters and fields': [
      r.expr([r.expr('é😀').count(), r.expr({ a: 1 }).count()]),
      [2, 1],
    ],
    reduces: [r.expr([1, 2, 3]).reduce((a: typeof r, b: typeof r) => a.add(b)), 6],
    'reduce of an empty sequence is an error': [
      r.expr([]).reduce((a: typeof r) => a),
      fails('ReqlNonExistenceError', 'Cannot reduce over an empty stream.'),
    ],
    'the average of an empty sequence is an error': [
      r.expr([]).avg(),
      fails('ReqlNonExistenceError', 'Cannot take the average of an empty stream.'),
    ],
    'distinct returns sorted values': [r.expr([2, 1, 2]).distinct(), [1, 2]],
    'distinct returns the values of an index': [things.distinct({ index: 'n' }), [3, 4, 5]],
    'contains requires each of several values': [
      r.expr([
        r.expr([1, 2]).contains(1, 2),
        r.expr([1, 2]).contains(1, 1),
        r.expr([1, 2]).contains((x: typeof r) => x.gt(1)),
      ]),
      [true, false, true],
    ],
    folds: [r.expr([1, 2, 3]).fold(10, (sum: typeof r, x: typeof r) => sum.add(x)), 16],
    'fold accumulates and emits': [
      r.expr([1, 2, 3]).fold(0, (sum: typeof r, x: typeof r) => sum.add(x), {
        emit: (_before: typeof r, _row: typeof r, after: typeof r) => [after],
        finalEmit: (sum: typeof r) => [sum.mul(100)],
      }),
      [1, 3, 6, 600],
    ],
  });
});
