import { describe, expect, test } from 'vitest';
import { decodeJson, encodeJson } from '../../src/datum/json.js';

describe('JSON', () => {
  test('keeps the sign of negative zero, wherever it is', () => {
    const value = { a: -0, b: [0, -0, { c: -0 }], d: '-0', '"-0': null };
    expect(encodeJson(value)).toBe('{"a":-0.0,"b":[0,-0.0,{"c":-0.0}],"d":"-0","\\"-0":null}');
    expect(decodeJson(encodeJson(value))).toEqual(value);
  });

  test('is that of JSON.stringify otherwise', () => {
    const value = { a: [0, 1e21, 2 ** 60, 'é\u2028"\n', true, null, {}, []], ['__proto__']: 1 };
    expect(encodeJson(value)).toBe(JSON.stringify(value));
  });

  test('has negative zero among the floating point numbers only', () => {
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
