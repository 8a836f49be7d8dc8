import { describe, expect, test } from 'vitest';
import { parseIso8601, printIso8601, startOfDay, toCivil } from '../../src/datum/iso8601.js';
import { makeTime, parseTimezone, sanitizeTime } from '../../src/datum/time.js';

describe('ISO 8601', () => {
  test.each([
    ['2013-01-31T13:45:06.125+02:00', '2013-01-31T13:45:06.125+02:00'],
    ['2013-01-31T13:45:06Z', '2013-01-31T13:45:06+00:00'],
    ['20130131T134506-0130', '2013-01-31T13:45:06-01:30'],
    ['2013-031T13:45+00', '2013-01-31T13:45:00+00:00'],
    ['2013031T13Z', '2013-01-31T13:00:00+00:00'],
    ['2013-02T00Z', '2013-02-01T00:00:00+00:00'],
    ['2013-12-31T23:59:59.9999Z', '2014-01-01T00:00:00+00:00'],
  ])('the parser of ISO 8601 are parsed: %s as %s', (text, canonical) => {
    expect(printIso8601(parseIso8601(text, undefined))).toBe(canonical);
  });

  test('the parser of ISO 8601 uses the default zone for a text without one', () => {
    expect(parseIso8601('2013-01-01', '+01:00')).toEqual(makeTime(1356994800, '+01:00'));
    expect(() => parseIso8601('2013-01-01', undefined)).toThrow(
      'ISO 8601 string has no time zone, and no default time zone was provided.',
    );
  });

  test.each([
    '201301',
    '2013-0101',
    '2a13',
    '2013+01',
    '2013-01-01.1',
    '2013-13-01',
    '2013-02-30',
    '2013-366',
    '',
  ])('the parser of ISO 8601 refuses the date %j', (date) => {
    expect(() => parseIso8601(`${date}T00:00Z`, undefined)).toThrow();
  });

  test.each(['a3', '13:0000', '13:000', '13:00.00', '130000.0a'])('refuses the time of day %j', (clock) => {
    expect(() => parseIso8601(`2013-01-01T${clock}Z`, undefined)).toThrow();
  });

  test('the parser of ISO 8601 supports the years 1400 to 10000', () => {
    expect(toCivil(makeTime(253430000000)).year).toBe(10000);
    expect(() => toCivil(makeTime(253440000000))).toThrow('Year is out of valid range: 1400..10000.');
    expect(() => printIso8601(makeTime(253430000000))).toThrow(
      'Year `10000` out of valid ISO 8601 range [0, 9999].',
    );
  });

  test('the parser of ISO 8601 begins the day in the zone of the time', () => {
    expect(printIso8601(startOfDay(makeTime(1436428422.339, '-08:00')))).toBe('2015-07-08T00:00:00-08:00');
  });
});

describe('time zones', () => {
  test.each([
    ['Z', '+00:00'],
    ['+01', '+01:00'],
    ['-0730', '-07:30'],
    ['+24:00', '+24:00'],
  ])('time zones are parsed: %s as %s', (text, canonical) => expect(parseTimezone(text)).toBe(canonical));

  test.each([
    ['', 'Timezone `` does not start with `-` or `+`.'],
    ['-00:00', '`-00:00` is not a valid time offset.'],
    ['+00:60', 'Minutes out of range in `+00:60`.'],
    ['+25:00', 'Hours out of range in `+25:00`.'],
  ])('time zones are refused: %j', (text, message) => expect(() => parseTimezone(text)).toThrow(message));
});

describe('a time object', () => {
  test('a time object is rounded to milliseconds and has a canonical zone', () => {
    expect(sanitizeTime({ $reql_type$: 'TIME', epoch_time: 1.4444445, timezone: 'Z' })).toEqual(
      makeTime(1.444),
    );
  });

  test('a time object is refused with an error that names the invalid field', () => {
    const time = { $reql_type$: 'TIME', epoch_time: 1, timezone: '+00:00' };
    expect(() => sanitizeTime({ ...time, epoch_time: 'x' })).toThrow('field `epoch_time` must be a number');
    expect(() => sanitizeTime({ ...time, timezone: 'PST' })).toThrow('invalid timezone string `"PST"`');
    expect(() => sanitizeTime({ ...time, extra: 1 })).toThrow('unrecognized field `extra`');
    expect(() => sanitizeTime({ $reql_type$: 'TIME', timezone: 'Z' })).toThrow('no field `epoch_time`');
  });
});
