import { describe, expect, test } from 'vitest';
import type { Datum } from '../../src/datum/datum.js';
import { hasFields, parsePath, project, unproject } from '../../src/operators/field-path.js';

const doc = { a: 1, b: { c: 2, d: [{ e: 3, f: 4 }] }, n: null };

describe('paths', () => {
  test.each<[Datum, Datum, Datum]>([
    ['a', { a: 1 }, { b: doc.b, n: null }],
    [['a', 'n'], { a: 1, n: null }, { b: doc.b }],
    [{ b: 'c' }, { b: { c: 2 } }, { a: 1, b: { d: doc.b.d }, n: null }],
    [{ b: { d: { e: true } } }, { b: { d: [{ e: 3 }] } }, { a: 1, b: { c: 2, d: [{ f: 4 }] }, n: null }],
    [{ b: true, a: true }, { a: 1, b: doc.b }, { n: null }],
    ['x', {}, doc],
  ])('paths %j keep and remove fields', (path, kept, left) => {
    expect(project(doc, parsePath(path))).toEqual(kept);
    expect(unproject(doc, parsePath(path))).toEqual(left);
  });

  test('paths test for fields that are there and not null', () => {
    expect(hasFields(doc, parsePath(['a', { b: 'c' }]))).toBe(true);
    expect(hasFields(doc, parsePath('n'))).toBe(false);
    expect(hasFields(doc, parsePath({ a: 'b' }))).toBe(false);
  });

  test('paths never reach inherited properties', () => {
    expect(project({}, parsePath(['toString', '__proto__']))).toEqual({});
    expect(hasFields({}, parsePath('constructor'))).toBe(false);
  });

  test('paths are names, arrays and objects', () => {
    expect(() => parsePath(1)).toThrow('Invalid path argument `1`.');
  });
});
