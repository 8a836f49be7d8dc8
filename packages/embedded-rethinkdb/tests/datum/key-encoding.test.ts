import { describe, expect, test } from 'vitest';
import { makeBinary } from '../../src/datum/binary.js';
import { type Datum, MAXVAL, MINVAL } from '../../src/datum/datum.js';
import {
  decodeKey,
  encodeIndexKey,
  encodeKey,
  encodePrimaryKey,
  keyText,
} from '../../src/datum/key-encoding.js';
import { compare } from '../../src/datum/order.js';
import { makeTime } from '../../src/datum/time.js';

/** In ReQL's order. */
const ASCENDING: Datum[] = [
  MINVAL,
  [],
  [MINVAL],
  [[]],
  [[], 1],
  [1],
  [1, 1],
  [1, 'a'],
  [1, MAXVAL],
  [2],
  ['a'],
  ['a', 0],
  ['a\u0000'],
  ['ab'],
  false,
  true,
  -1e308,
  -2,
  -1.5,
  0,
  5e-324,
  1,
  10,
  1e308,
  makeBinary(Buffer.from([])),
  makeBinary(Buffer.from([0])),
  makeBinary(Buffer.from([0, 1])),
  makeBinary(Buffer.from([1])),
  makeBinary(Buffer.from([255])),
  makeTime(-5),
  makeTime(0),
  makeTime(1.5),
  '',
  '\u0000',
  '\u0000a',
  '\u0001',
  'a',
  'a\u0000',
  'a\u0001',
  'aa',
  'é',
  '\uffff',
  '😀',
  MAXVAL,
];

describe('keys', () => {
  test('keys sort by their bytes as the values do', () => {
    for (const [i, a] of ASCENDING.entries()) {
      for (const [j, b] of ASCENDING.entries()) {
        const bytes = Buffer.compare(encodeKey(a)!, encodeKey(b)!);
        expect(Math.sign(bytes), `${JSON.stringify(a)} and ${JSON.stringify(b)}`).toBe(Math.sign(i - j));
        expect(Math.sign(compare(a, b)), `${JSON.stringify(a)} and ${JSON.stringify(b)}`).toBe(
          Math.sign(i - j),
        );
      }
    }
  });

  test('keys are decoded to the original value', () => {
    for (const value of ASCENDING) expect(decodeKey(encodeKey(value)!)).toEqual(value);
  });

  test('keys are not prefixes of each other', () => {
    for (const a of ASCENDING) {
      for (const b of ASCENDING) {
        const [left, right] = [encodeKey(a)!, encodeKey(b)!];
        if (left !== right && !left.equals(right))
          expect(right.subarray(0, left.length).equals(left)).toBe(false);
      }
    }
  });

  test('keys are the same for 0 and -0', () => {
    expect(encodeKey(-0)).toEqual(encodeKey(0));
    expect(keyText(-0)).toBe(keyText(0));
  });

  test('keys are the same for one moment in two time zones', () => {
    expect(encodeKey(makeTime(1, '+02:00'))).toEqual(encodeKey(makeTime(1, '+00:00')));
  });

  test('keys do not exist for null, objects and geometry', () => {
    for (const value of [null, {}, { a: 1 }, [null], [1, {}], { $reql_type$: 'GEOMETRY', type: 'Point' }]) {
      expect(encodeKey(value as Datum)).toBeUndefined();
    }
  });
});

describe('primary keys', () => {
  test('primary keys may have 127 bytes of text', () => {
    expect(() => encodePrimaryKey('a'.repeat(127))).not.toThrow();
    expect(() => encodePrimaryKey('a'.repeat(128))).toThrow(
      `Primary key too long (max 127 characters): "${'a'.repeat(128)}"`,
    );
    expect(() => encodePrimaryKey('é'.repeat(64))).toThrow('Primary key too long');
  });

  test('primary keys are refused with the messages of RethinkDB', () => {
    expect(() => encodePrimaryKey(null)).toThrow(
      'Primary keys must be either a number, string, bool, pseudotype or array (got type NULL):\nnull',
    );
    expect(() => encodePrimaryKey([1, { a: 1 }])).toThrow(
      'Array keys can only contain numbers, strings, bools,  pseudotypes, or arrays (got {\n\t"a":\t1\n} of type OBJECT).',
    );
  });
});

describe('index keys', () => {
  test('index keys are refused with the messages of RethinkDB', () => {
    expect(() => encodeIndexKey({})).toThrow(
      'Secondary keys must be a number, string, bool, pseudotype, or array (got type OBJECT):\n{}',
    );
  });
});
