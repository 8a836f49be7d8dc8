import {
  dayOfWeek,
  dayOfYear,
  fromCivil,
  parseIso8601,
  printIso8601,
  startOfDay,
  toCivil,
} from '../../datum/iso8601.js';
import { compare } from '../../datum/order.js';
import { logicError } from '../../datum/reql-error.js';
import { makeTime, parseTimezone, roundToMilliseconds, type Time } from '../../datum/time.js';
import { Determinism } from '../../runtime/row-function.js';
import type { Arguments } from '../arguments.js';
import { openBound } from '../options.js';
import type { Chapter, TermDeclaration } from '../term.js';

export const DATES_AND_TIMES = {
  NOW: { args: [0, 0], determinism: Determinism.constantNow, evaluate: (args) => args.env.now },

  TIME: {
    args: [4, 7],
    evaluate: (args) => {
      if (args.count !== 4 && args.count !== 7) {
        throw logicError(`Got ${args.count} arguments to TIME (expected 4 or 7).`);
      }
      const zone = args.count - 1;
      const [hours, minutes, seconds] =
        args.count === 7 ? [args.int32(3), args.int32(4), args.number(5)] : [0, 0, 0];
      const civil = {
        year: args.int32(0),
        month: args.int32(1),
        day: args.int32(2),
        hours,
        minutes,
        seconds,
      };
      return fromCivil(civil, parseTimezone(args.string(zone)));
    },
  },

  EPOCH_TIME: { args: [1, 1], evaluate: (args) => makeTime(args.number(0)) },

  ISO8601: {
    args: [1, 1],
    optargs: ['default_timezone'],
    evaluate: (args) => {
      const text = args.string(0);
      const zone = args.stringOption('default_timezone');
      return args.at(0, () => parseIso8601(text, zone));
    },
  },

  IN_TIMEZONE: {
    args: [2, 2],
    evaluate: (args) => ({ ...args.time(0), timezone: parseTimezone(args.string(1)) }),
  },
  TIMEZONE: portion((time) => time.timezone),

  DURING: {
    args: [3, 3],
    optargs: ['left_bound', 'right_bound'],
    evaluate: (args) => {
      const time = args.time(0);
      const after = compare(time, args.time(1));
      const before = compare(args.time(2), time);
      const leftOpen = openBound(args, 'left_bound', false);
      const rightOpen = openBound(args, 'right_bound', true);
      return (leftOpen ? after > 0 : after >= 0) && (rightOpen ? before > 0 : before >= 0);
    },
  },

  DATE: portion(startOfDay),
  TIME_OF_DAY: portion((time) => roundToMilliseconds(time.epoch_time - startOfDay(time).epoch_time)),
  YEAR: portion((time) => toCivil(time).year),
  MONTH: portion((time) => toCivil(time).month),
  DAY: portion((time) => toCivil(time).day),
  DAY_OF_WEEK: portion((time) => dayOfWeek(toCivil(time))),
  DAY_OF_YEAR: portion((time) => dayOfYear(toCivil(time))),
  HOURS: portion((time) => toCivil(time).hours),
  MINUTES: portion((time) => toCivil(time).minutes),
  SECONDS: portion((time) => toCivil(time).seconds),
  TO_ISO8601: portion(printIso8601),
  TO_EPOCH_TIME: portion((time) => time.epoch_time),

  MONDAY: constant(1),
  TUESDAY: constant(2),
  WEDNESDAY: constant(3),
  THURSDAY: constant(4),
  FRIDAY: constant(5),
  SATURDAY: constant(6),
  SUNDAY: constant(7),

  JANUARY: constant(1),
  FEBRUARY: constant(2),
  MARCH: constant(3),
  APRIL: constant(4),
  MAY: constant(5),
  JUNE: constant(6),
  JULY: constant(7),
  AUGUST: constant(8),
  SEPTEMBER: constant(9),
  OCTOBER: constant(10),
  NOVEMBER: constant(11),
  DECEMBER: constant(12),
} satisfies Chapter;

function constant(number: number): TermDeclaration {
  return { args: [0, 0], evaluate: () => number };
}

/** A term whose only argument is a time. */
function portion(of: (time: Time) => number | string | Time): TermDeclaration {
  return { args: [1, 1], evaluate: (args: Arguments) => of(args.time(0) as Time) };
}
