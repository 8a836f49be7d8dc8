import { describe, expect, test } from 'vitest';
import { r } from '../support/driver.js';
import { examples, expectFailure, fails, useDatabase } from './examples.js';

const { run } = useDatabase(async (prepare) => {
  await prepare(r.tableCreate('things'));
  await prepare(r.table('things').indexCreate('size'));
  await prepare(
    r.table('things').insert([
      { id: 1, size: 3 },
      { id: 2, size: 5 },
    ]),
  );
});
const things = r.table('things');

describe('branch, do, default', () => {
  examples(run, {
    'branch returns the value of the first true condition': [r.branch(false, 1, true, 2, 3), 2],
    'branch refuses an even number of arguments': [
      r.branch(true, 1, false, 2),
      fails('ReqlQueryLogicError', 'Cannot call `branch` term with an even number of arguments.'),
    ],
    'do binds values to names': [r.do(1, 2, (a: typeof r, b: typeof r) => a.add(b)), 3],
    'do accepts data instead of a function': [r.expr(1).do('x'), 'x'],
    'default replaces null and missing fields': [
      r.expr([r.expr(null).default(1), r.expr({})('a').default(2), r.expr(3).default(4)]),
      [1, 2, 3],
    ],
    'default passes the error to a function': [
      r
        .expr({})('a')
        .default((e: typeof r) => e.match('No attribute')('str')),
      'No attribute',
    ],
    'default does not hide other errors': [
      r.expr(1).add('a').default(2),
      fails('ReqlQueryLogicError', 'Expected type NUMBER'),
    ],
    'default with an empty error keeps the first error': [
      r.expr({})('a').default(r.error()),
      fails('ReqlNonExistenceError', 'No attribute `a` in object'),
    ],
    'error fails with its message': [r.error('no luck'), fails('ReqlUserError', 'no luck')],
    'args are spliced into a call': [r.add(r.args([1, 2]), 3), 6],
    'args are counted': [
      r.expr(1).mod(r.args([1, 2])),
      fails('ReqlQueryLogicError', 'Expected 2 arguments but found 3.'),
    ],
  });
});

describe('functions', () => {
  examples(run, {
    'functions can use the variables of enclosing functions': [
      r.expr([1, 2]).map((a: typeof r) => r.expr([10]).map((b: typeof r) => a.add(b))),
      [[11], [12]],
    ],
    'functions are checked for their number of arguments': [
      r
        .expr([1])
        .reduce((a: typeof r) => a)
        .do(() => r.expr([1, 2]).reduce((a: typeof r) => a)),
      fails('ReqlQueryLogicError', 'Expected function with 2 arguments but found function with 1 argument.'),
    ],
    'r.row is the argument': [r.expr([{ a: 1 }]).map(r.row('a')), [1]],
    'r.row is refused in nested functions': [
      r.expr([[1]]).map((x: typeof r) => x.map(r.row.add(r.row))),
      fails('ReqlServerCompileError', 'Cannot use r.row in nested queries.  Use functions instead.'),
    ],
    'functions must not write': [
      r.expr([1]).map(() => things.insert({})),
      fails(
        'ReqlServerCompileError',
        'Cannot nest writes or meta ops in stream operations.  Use FOR_EACH instead.',
      ),
    ],
  });

  test('functions in nested queries fail with the backtrace of the failed term', async () => {
    const error = await run(r.expr([{ a: 1 }]).map((x: typeof r) => x('a').add(x('b')))).catch(
      (e: unknown) => e,
    );
    expect(error).toMatchObject({ frames: [1, 1, 1] });
  });
});

describe('types', () => {
  examples(run, {
    'types have names': [
      r.expr([
        things.typeOf(),
        things.get(1).typeOf(),
        things.filter({}).typeOf(),
        things.orderBy('id').typeOf(),
        things.between(1, 2).typeOf(),
        things.map((x: typeof r) => x).typeOf(),
        r.range().typeOf(),
        things.group('id').typeOf(),
        things.group('id').count().typeOf(),
        r.typeOf((x: typeof r) => x),
        r.now().typeOf(),
      ]),
      [
        ...[
          'TABLE',
          'SELECTION<OBJECT>',
          'SELECTION<STREAM>',
          'SELECTION<ARRAY>',
          'TABLE_SLICE',
          'STREAM',
          'STREAM',
        ],
        ...['GROUPED_STREAM', 'GROUPED_DATA', 'FUNCTION', 'PTYPE<TIME>'],
      ],
    ],
    'types can be coerced to each other': [
      r.expr([
        r.expr(1).coerceTo('string'),
        r.expr('1.5').coerceTo('number'),
        r.expr([['a', 1]]).coerceTo('object'),
        r.expr({ b: 1, a: 2 }).coerceTo('array'),
        r.expr(null).coerceTo('bool'),
        r.expr('é').coerceTo('binary').coerceTo('string'),
      ]),
      [
        '1',
        1.5,
        { a: 1 },
        [
          ['a', 2],
          ['b', 1],
        ],
        false,
        'é',
      ],
    ],
    'types cannot always be coerced': [
      r.expr(1).coerceTo('array'),
      fails('ReqlQueryLogicError', 'Cannot coerce NUMBER to ARRAY.'),
    ],
    'bytes that are not UTF-8 are not coerced to a string': [
      r.binary(Buffer.from([0x61, 0xff])).coerceTo('string'),
      fails('ReqlQueryLogicError', 'String `a` (truncated) is not a UTF-8 string; '),
    ],
    'numbers that are too large are not numbers': [
      r.expr('1e400').coerceTo('number'),
      fails('ReqlQueryLogicError', 'Non-finite number: inf'),
    ],
    'bounds are not coerced': [
      r.minval.coerceTo('array'),
      fails('ReqlQueryLogicError', 'Cannot coerce MINVAL to ARRAY.'),
    ],
    'a table cannot be data': [
      r.expr([things]),
      fails('ReqlQueryLogicError', 'Expected type DATUM but found TABLE'),
    ],
    'info describes tables': [
      things.info().pluck('type', 'name', 'primary_key', 'indexes'),
      { type: 'TABLE', name: 'things', primary_key: 'id', indexes: ['size'] },
    ],
    'info describes slices': [
      things
        .between(1, r.maxval, { index: 'size' })
        .orderBy({ index: r.desc('size') })
        .info()
        .without('table'),
      {
        type: 'TABLE_SLICE',
        index: 'size',
        sorting: 'DESCENDING',
        left_bound: 1,
        left_bound_type: 'closed',
        right_bound_type: 'unbounded',
      },
    ],
    'info describes data': [r.expr('x').info(), { type: 'STRING', value: '"x"' }],
  });
});

describe('json, uuid, range, binary', () => {
  examples(run, {
    'json is parsed': [r.json('{"a": [1, null]}'), { a: [1, null] }],
    'invalid json is refused': [r.json('[1,'), fails('ReqlQueryLogicError', 'Failed to parse "[1," as JSON')],
    'json with a duplicate key is refused': [
      r.json('{"a": 1, "a": 2}'),
      fails('ReqlQueryLogicError', 'Duplicate key "a" in JSON.'),
    ],
    'json is written with sorted keys': [r.expr({ b: 1, a: [true] }).toJSON(), '{"a":[true],"b":1}'],
    'a uuid of a text is always the same': [r.uuid('a').eq(r.uuid('a')), true],
    'a uuid of a text with a lone surrogate is a uuid': [r.uuid('\udd3d').count(), 36],
    'uuids differ': [r.uuid().eq(r.uuid()), false],
    'ranges exclude their end': [r.range(2, 5).coerceTo('array'), [2, 3, 4]],
    'ranges without an end are read lazily': [r.range().limit(2), [0, 1]],
    'ranges without an end cannot be counted': [
      r.range().count(),
      fails('ReqlQueryLogicError', 'Cannot use an infinite stream'),
    ],
    'binary data has a length and slices': [
      r.expr([
        r.binary(Buffer.from('abc')).count(),
        r.binary(Buffer.from('abc')).slice(1).coerceTo('string'),
      ]),
      [3, 'bc'],
    ],
  });
});

describe('queries that are refused', () => {
  test('a query of thousands of levels gets an error, and the connection goes on', async () => {
    let deep: unknown = 1;
    for (let i = 0; i < 900; i++) deep = { a: deep };
    const query = r.expr(deep, 2000);
    await run(query.typeOf()).catch((error) => expect(error.name).toMatch(/^Reql/));
    expect(await run(r.expr(1))).toBe(1);
  });

  test('an array over the limit is refused', async () => {
    const big = r.range(100_001).coerceTo('array');
    await expectFailure(run(big), fails('ReqlResourceLimitError', 'Array over size limit `100000`.'));
    expect(await run(big.count(), { arrayLimit: 200_000 })).toBe(100_001);
  });

  test('names of Object.prototype are ordinary fields', async () => {
    const query = r.json('{"__proto__": 1, "constructor": 2}').merge({ toString: 3 });
    expect(await run(query.keys())).toEqual(['__proto__', 'constructor', 'toString']);
    expect(await run(r.expr({}).hasFields('constructor'))).toBe(false);
    await expectFailure(
      run(r.expr({})('toString')),
      fails('ReqlNonExistenceError', 'No attribute `toString`'),
    );
  });
});
