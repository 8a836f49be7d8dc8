import { expect, test } from 'vitest';
import { makeBinary } from '../../src/datum/binary.js';
import { displayDatum, displayShort } from '../../src/datum/display.js';

// As RethinkDB prints it.
test('values are displayed as JSON with sorted fields, indented by tabs', () => {
  expect(displayDatum({ b: [1, [], {}, -0], a: { c: null }, big: 2 ** 60 })).toBe(
    '{\n\t"a":\t{\n\t\t"c":\tnull\n\t},\n\t"b":\t[\n\t\t1,\n\t\t[],\n\t\t{},\n\t\t-0.0\n\t],\n\t"big":\t1152921504606847000.0\n}',
  );
});

test('binaries are displayed without any space', () => {
  const binary = makeBinary(Buffer.from('hi'));
  const json = '{"$reql_type$":"BINARY","data":"aGk="}';
  expect(displayDatum({ a: binary, b: [1, binary, 2] })).toBe(
    `{\n\t"a":${json},\n\t"b":\t[\n\t\t1,${json},\n\t\t2\n\t]\n}`,
  );
});

test('long values are cut', () => {
  expect(displayShort('x'.repeat(400))).toBe(`"${'x'.repeat(296)}...`);
});
