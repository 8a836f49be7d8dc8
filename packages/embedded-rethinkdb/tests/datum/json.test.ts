import { describe, expect, test } from 'vitest';
import { decodeJson, encodeJson } from '../../src/datum/json.js';

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
