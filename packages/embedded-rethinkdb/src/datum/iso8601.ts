import { logicError } from './reql-error.js';
import { Digits, makeTime, parseTimezone, type Time, timezoneOffset } from './time.js';

/** Civil time in some zone; `month` counts from 1, `seconds` may have a fraction. */
export interface CivilTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
}

/** The years of RethinkDB's calendar. Dates outside exist, but have no year, month or day. */
const FIRST_YEAR = 1400;
const LAST_YEAR = 10000;

const DAY_MS = 86_400_000;

/** The civil time in the time's own zone. @throws ReqlError LOGIC for years out of range */
export function toCivil(time: Time): CivilTime {
  const local = new Date(Math.round(time.epoch_time * 1000) + timezoneOffset(time.timezone) * 60_000);
  checkYear(local.getUTCFullYear());
  return {
    year: local.getUTCFullYear(),
    month: local.getUTCMonth() + 1,
    day: local.getUTCDate(),
    hours: local.getUTCHours(),
    minutes: local.getUTCMinutes(),
    seconds: local.getUTCSeconds() + local.getUTCMilliseconds() / 1000,
  };
}

/** The time of a civil time in a `timezone` (any spelling). @throws ReqlError LOGIC for a date that does not exist */
export function fromCivil(civil: CivilTime, timezone: string): Time {
  checkYear(civil.year);
  if (civil.month < 1 || civil.month > 12)
    throw logicError('Error in time logic: Month number is out of range 1..12.');
  if (civil.day < 1 || civil.day > 31)
    throw logicError('Error in time logic: Day of month value is out of range 1..31.');
  const midnight = Date.UTC(civil.year, civil.month - 1, civil.day);
  if (new Date(midnight).getUTCDate() !== civil.day) {
    throw logicError('Error in time logic: Day of month is not valid for year.');
  }
  const zone = parseTimezone(timezone);
  const seconds = midnight / 1000 + civil.hours * 3600 + civil.minutes * 60 + civil.seconds;
  return makeTime(seconds - timezoneOffset(zone) * 60, zone);
}

function checkYear(year: number): void {
  if (!(year >= FIRST_YEAR && year <= LAST_YEAR)) {
    throw logicError(`Error in time logic: Year is out of valid range: ${FIRST_YEAR}..${LAST_YEAR}.`);
  }
}

/** Midnight of the time's day, in its zone. */
export function startOfDay(time: Time): Time {
  const { year, month, day } = toCivil(time);
  return fromCivil({ year, month, day, hours: 0, minutes: 0, seconds: 0 }, time.timezone);
}

/** 1 for the 1st of January. */
export function dayOfYear({ year, month, day }: CivilTime): number {
  return (Date.UTC(year, month - 1, day) - Date.UTC(year, 0, 1)) / DAY_MS + 1;
}

/** 1 for Monday to 7 for Sunday, as ISO 8601 counts. */
export function dayOfWeek({ year, month, day }: CivilTime): number {
  return new Date(Date.UTC(year, month - 1, day)).getUTCDay() || 7;
}

/** `2013-01-31T13:45:00.125+00:00`; the fraction is left out when it is zero. */
export function printIso8601(time: Time): string {
  const civil = toCivil(time);
  if (civil.year > 9999) throw logicError(`Year \`${civil.year}\` out of valid ISO 8601 range [0, 9999].`);
  const two = (value: number) => String(value).padStart(2, '0');
  const milliseconds = Math.round((civil.seconds % 1) * 1000);
  const fraction = milliseconds === 0 ? '' : `.${String(milliseconds).padStart(3, '0')}`;
  const date = `${String(civil.year).padStart(4, '0')}-${two(civil.month)}-${two(civil.day)}`;
  return `${date}T${two(civil.hours)}:${two(civil.minutes)}:${two(Math.floor(civil.seconds))}${fraction}${time.timezone}`;
}

/**
 * Parses a calendar date (`2013`, `2013-01`, `2013-01-31`, `20130131`) or an ordinal date (`2013-031`,
 * `2013031`), alone or with a time of day, with or without a zone. `defaultTimezone` is for texts without one.
 */
export function parseIso8601(text: string, defaultTimezone: string | undefined): Time {
  const common = COMMON.exec(text);
  if (common) {
    const [year, month, day, hours, minutes, seconds] = common.slice(1, 7).map(Number) as CivilNumbers;
    return fromCivil({ year, month, day, hours, minutes, seconds }, common[7]!);
  }
  const t = text.indexOf('T');
  const date = parseDate(t < 0 ? text : text.slice(0, t));
  const rest = t < 0 ? '' : text.slice(t + 1);
  const sign = ['-', '+', 'Z'].map((char) => rest.indexOf(char)).find((index) => index >= 0) ?? rest.length;
  const clock = t < 0 ? { hours: 0, minutes: 0, seconds: 0 } : parseClock(rest.slice(0, sign));
  const written = rest.slice(sign);
  const timezone = written === '' ? (defaultTimezone ?? '') : parseTimezone(written);
  if (timezone === '') {
    throw logicError('ISO 8601 string has no time zone, and no default time zone was provided.');
  }
  return fromCivil({ ...date, ...clock }, timezone);
}

/** The format of drivers: every date in an insert has it. */
const COMMON = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d(?:\.\d+)?)(Z|[+-]\d\d:\d\d)$/;
type CivilNumbers = [number, number, number, number, number, number];

function parseDate(text: string): { year: number; month: number; day: number } {
  const digits = new Digits(text);
  const year = Number(digits.take(4));
  if (digits.done) return { year, month: 1, day: 1 };
  const hyphen = digits.skip('-');
  if (digits.rest.startsWith('W'))
    throw logicError('ISO 8601 week dates are not supported. Use calendar or ordinal dates.');
  if (digits.rest.length === 3) return ordinalDate(year, Number(digits.take(3)));
  const month = Number(digits.take(2));
  if (hyphen && digits.done) return { year, month, day: 1 };
  if (digits.skip('-') !== hyphen) throw logicError(`Date string \`${text}\` must have 0 or 2 hyphens.`);
  const day = Number(digits.take(2));
  if (!digits.done) {
    throw logicError(`Garbage characters \`${digits.rest}\` at end of date string \`${text}\`.`);
  }
  return { year, month, day };
}

function ordinalDate(year: number, dayOfTheYear: number): { year: number; month: number; day: number } {
  const date = new Date(Date.UTC(year, 0, dayOfTheYear));
  if (dayOfTheYear < 1 || date.getUTCFullYear() !== year) {
    throw logicError('Error in time logic: Day of year value is out of range 1..366.');
  }
  return { year, month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

function parseClock(text: string): { hours: number; minutes: number; seconds: number } {
  const digits = new Digits(text);
  const hours = Number(digits.take(2));
  if (digits.done) return { hours, minutes: 0, seconds: 0 };
  const colon = digits.skip(':');
  const minutes = Number(digits.take(2));
  if (digits.done) return { hours, minutes, seconds: 0 };
  if (digits.skip(':') !== colon) throw logicError(`Time string \`${text}\` must have 0 or 2 colons.`);
  const seconds = Number(digits.take(2));
  if (!digits.skip('.')) {
    if (digits.done) return { hours, minutes, seconds };
    throw logicError(`Garbage characters \`${digits.rest}\` at end of time string \`${text}\`.`);
  }
  return { hours, minutes, seconds: seconds + Number(`0.${digits.take(digits.rest.length)}0`) };
}
