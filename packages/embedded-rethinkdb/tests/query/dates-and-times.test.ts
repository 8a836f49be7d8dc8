import { describe, expect, test } from 'vitest';
import { r } from '../support/driver.js';
import { examples, fails, useDatabase } from './examples.js';

const { run } = useDatabase();

const moment = r.ISO8601('2024-02-29T13:45:10.250+02:00');

describe('times', () => {
  examples(run, {
    'times have parts in their own zone': [
      r.expr([
        moment.year(),
        moment.month(),
        moment.day(),
        moment.hours(),
        moment.minutes(),
        moment.seconds(),
      ]),
      [2024, 2, 29, 13, 45, 10.25],
    ],
    'times have a day of the week and of the year': [
      r.expr([moment.dayOfWeek(), moment.dayOfYear()]),
      [4, 60],
    ],
    'times keep their zone': [moment.timezone(), '+02:00'],
    'times can be shown in another zone': [
      moment.inTimezone('-05:30').toISO8601(),
      '2024-02-29T06:15:10.250-05:30',
    ],
    'times can be built from parts': [
      r.time(2024, 12, r.monday, 1, 2, 3.5, 'Z').toISO8601(),
      '2024-12-01T01:02:03.500+00:00',
    ],
    'times can be built from seconds': [r.epochTime(1.25).toISO8601(), '1970-01-01T00:00:01.250+00:00'],
    'times have a date and a time of day': [
      r.expr([moment.date().toISO8601(), moment.timeOfDay()]),
      ['2024-02-29T00:00:00+02:00', 49510.25],
    ],
    'times lie within an interval that is open at its end': [
      r.expr([
        r.epochTime(5).during(r.epochTime(5), r.epochTime(6)),
        r.epochTime(6).during(r.epochTime(5), r.epochTime(6)),
        r.epochTime(6).during(r.epochTime(5), r.epochTime(6), { rightBound: 'closed' }),
      ]),
      [true, false, true],
    ],
    'times require a zone when they are parsed': [
      r.ISO8601('2024-01-01T00:00:00'),
      fails(
        'ReqlQueryLogicError',
        'ISO 8601 string has no time zone, and no default time zone was provided.',
      ),
    ],
    'times use a default zone': [
      r.ISO8601('2024-01-01T00:00:00', { defaultTimezone: '+01:00' }).toEpochTime(),
      Date.UTC(2023, 11, 31, 23) / 1000,
    ],
    'times refuse a 30th of February': [
      r.time(2024, 2, 30, 'Z'),
      fails('ReqlQueryLogicError', 'Error in time logic'),
    ],
    'times refuse other values': [
      r.expr(5).year(),
      fails('ReqlQueryLogicError', 'Not a TIME pseudotype: `5`.'),
    ],
    'times cannot be built from invalid values': [
      r.expr({ $reql_type$: 'TIME', epoch_time: 'x', timezone: 'Z' }),
      fails('ReqlQueryLogicError', 'field `epoch_time` must be a number'),
    ],
  });

  test('times are dates in the driver', async () => {
    const now = new Date(1_700_000_000_123);
    expect(await run(r.expr({ now }))).toEqual({ now });
  });

  test('r.now() is the same time during a query', async () => {
    const [first, last] = (await run(
      r.expr([
        r.now(),
        r
          .range(1000)
          .count()
          .do(() => r.now()),
      ]),
    )) as Date[];
    expect(first).toEqual(last);
    expect(Math.abs(Date.now() - first!.getTime())).toBeLessThan(60_000);
  });
});
