import { describe, expect, test } from 'vitest';
import { decodeJson, encodeJson, printNumber } from '../../src/datum/json.js';

describe('JSON', () => {
  test('the JSON of a value keeps the sign of negative zero at any depth', () => {
    const value = { a: -0, b: [0, -0, { c: -0 }], d: '-0', '"-0': null };
    expect(encodeJson(value)).toBe('{"a":-0.0,"b":[0,-0.0,{"c":-0.0}],"d":"-0","\\"-0":null}');
    expect(decodeJson(encodeJson(value))).toEqual(value);
  });

  test('the JSON of a value otherwise equals that of JSON.stringify', () => {
    const value = { a: [0, 1e21, 2 ** 60, 'é\u2028"\n', true, null, {}, []], ['__proto__']: 1 };
    expect(encodeJson(value)).toBe(JSON.stringify(value));
  });

  test('the JSON of a value has negative zero only as a floating point number', () => {
    expect(decodeJson('[-0, -0.0, -0e0, -0.5, "-0", "\\"-0", {"-0": -0}]')).toEqual([
      0,
      -0,
      -0,
      -0.5,
      '-0',
      '"-0',
      { '-0': 0 },
    ]);
  });
});

// The texts are those of a RethinkDB server, whose last digit is not always the closest.
test.each([
  [2.9681259179487824, '2.9681259179487826'],
  [-59.220775918569416, '-59.220775918569419'],
  [0.1, '0.1'],
  [1 / 3, '0.3333333333333333'],
  [1e21, '1e21'],
  [1e17, '100000000000000000.0'],
  [2 ** 53, '9007199254740992'],
  [1e-7, '1e-7'],
  [5e-324, '5e-324'],
  [1.7976931348623157e308, '1.7976931348623157e308'],
])('the number %d is printed with the digits of RethinkDB', (number, text) => {
  expect(printNumber(number)).toBe(text);
});
