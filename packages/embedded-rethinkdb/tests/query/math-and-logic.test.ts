import { describe } from 'vitest';
import { r } from '../support/driver.js';
import { examples, fails, useDatabase } from './examples.js';

const { run } = useDatabase();

describe('arithmetic', () => {
  examples(run, {
    'arithmetic adds numbers': [r.expr(1).add(2, 3.5), 6.5],
    'arithmetic concatenates strings': [r.expr('a').add('b'), 'ab'],
    'arithmetic concatenates arrays': [r.expr([1]).add([2]), [1, 2]],
    'arithmetic adds seconds to a time': [r.epochTime(10).add(5).toEpochTime(), 15],
    'arithmetic subtracts times to seconds': [r.epochTime(10).sub(r.epochTime(4)), 6],
    'arithmetic repeats an array': [r.expr([1, 2]).mul(2), [1, 2, 1, 2]],
    'arithmetic divides': [r.expr(7).div(2), 3.5],
    'arithmetic refuses to divide by zero': [
      r.expr(1).div(0),
      fails('ReqlQueryLogicError', 'Cannot divide by zero.'),
    ],
    'arithmetic keeps the sign of the dividend in a remainder': [r.expr(-7).mod(3), -1],
    'arithmetic keeps the sign of zero, as RethinkDB does': [
      r.expr([r.expr(0).mul(-1), r.expr(0).div(-5), r.ceil(-0.3), r.expr(0).sub(0), r.expr(-5).mod(5)]),
      [-0, -0, -0, 0, 0],
    ],
    'arithmetic treats negative zero as zero': [
      r
        .json('[-0.0, -0, 1]')
        .group((x: typeof r) => x)
        .count()
        .ungroup(),
      [
        { group: -0, reduction: 2 },
        { group: 1, reduction: 1 },
      ],
    ],
    'arithmetic prints negative zero': [
      r
        .json('-0.0')
        .do((x: typeof r) => [x, x.toJsonString(), x.coerceTo('string'), x.info()('value'), x.eq(0)]),
      [-0, '-0.0', '-0.0', '-0.0', true],
    ],
    'arithmetic refuses a string instead of a number': [
      r.expr(1).add('a'),
      fails('ReqlQueryLogicError', 'Expected type NUMBER but found STRING.'),
    ],
    'arithmetic refuses an infinite result': [
      r.expr(1e308).mul(10),
      fails('ReqlQueryLogicError', 'Non-finite number: inf'),
    ],
    'arithmetic refuses an array repeated a negative number of times': [
      r.expr([1]).mul(-1),
      fails('ReqlQueryLogicError', 'Cannot multiply an ARRAY by a negative number.'),
    ],
    'arithmetic rounds halves away from zero': [
      r.expr([r.round(2.5), r.round(-2.5), r.floor(1.9), r.ceil(1.1)]),
      [3, -3, 1, 2],
    ],
    'arithmetic supports bits': [
      r.expr([
        r.bitAnd(12, 10),
        r.bitOr(12, 10),
        r.bitXor(12, 10),
        r.bitNot(7),
        r.bitSal(1, 40),
        r.bitSar(-8, 1),
      ]),
      [8, 14, 6, -8, 2 ** 40, -4],
    ],
    'arithmetic refuses bits of a number that is no integer': [
      r.bitAnd(1.5, 1),
      fails('ReqlQueryLogicError', 'Number not an integer: 1.5'),
    ],
  });
});

describe('comparison', () => {
  examples(run, {
    'a comparison compares each value with the next': [
      r.expr([r.lt(1, 2, 3), r.lt(1, 3, 2), r.eq(1, 1, 1)]),
      [true, false, true],
    ],
    'a comparison has an order over all types': [
      r
        .expr([r.maxval, 'a', r.epochTime(0), Buffer.from('x'), {}, 0, null, false, [], r.minval])
        .orderBy((x: typeof r) => x)
        .map((x: typeof r) => x.typeOf()),
      [
        'MINVAL',
        'ARRAY',
        'BOOL',
        'NULL',
        'NUMBER',
        'OBJECT',
        'PTYPE<BINARY>',
        'PTYPE<TIME>',
        'STRING',
        'MAXVAL',
      ],
    ],
    'a comparison treats times in different zones as equal': [
      r.ISO8601('2020-01-01T12:00:00+01:00').eq(r.ISO8601('2020-01-01T11:00:00Z')),
      true,
    ],
    'a comparison orders strings by their bytes': [r.expr('\u{1F600}').gt('\uFFFD'), true],
    'a comparison compares objects field by field': [r.expr({ a: 1, b: 2 }).lt({ a: 1, c: 0 }), true],
  });
});

describe('logic', () => {
  examples(run, {
    'and returns the first value that is not true': [r.and(true, 1, null, false), null],
    'or returns the first value that is true': [r.or(false, null, 3, true), 3],
    'and without arguments is true, or without arguments is false': [
      r.expr([r.and(), r.or()]),
      [true, false],
    ],
    'zero and the empty string are true': [r.expr([r.not(0), r.not(''), r.not(null)]), [false, false, true]],
    'logic does not evaluate arguments without effect': [r.or(true, r.error('never')), true],
  });
});

describe('random numbers', () => {
  examples(run, {
    'random numbers are integers below a bound': [
      r
        .range(50)
        .map(() => r.random(3))
        .coerceTo('array')
        .filter((x: typeof r) => x.lt(0).or(x.ge(3))),
      [],
    ],
    'random numbers are fractions on request': [
      r.random(1, 2, { float: true }).do((x: typeof r) => x.ge(1).and(x.lt(2))),
      true,
    ],
    'random numbers require ordered bounds': [
      r.random(3, 1),
      fails('ReqlQueryLogicError', 'Lower bound (3) is not less than upper bound (1).'),
    ],
  });
});
