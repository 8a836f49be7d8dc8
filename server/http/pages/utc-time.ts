import type { TimeFormat } from './rows/time-format.js';
import { type ReaderLocale, readerLocale, regionalLocale } from './texts/text.js';

const UTC = { timeZone: 'UTC' } as const;
const DATE = { ...UTC, weekday: 'long', day: 'numeric', month: 'long' } as const;

interface Formats {
  clock: Intl.DateTimeFormat;
  date: Intl.DateTimeFormat;
  /** The day of a year that is not the current one. */
  otherYear: Intl.DateTimeFormat;
}

/** By language and clock: making a format takes 50 µs, more than a row. */
const formats = new Map<string, Formats>();

function formatsOf({ language, clock }: ReaderLocale): Formats {
  const key = `${language} ${clock}`;
  const found = formats.get(key);
  if (found) return found;
  const locale = regionalLocale();
  const hours =
    clock === '12'
      ? ({ hour: 'numeric', hour12: true } as const)
      : ({ hour: '2-digit', hourCycle: 'h23' } as const);
  const made = {
    clock: new Intl.DateTimeFormat(locale, { ...UTC, ...hours, minute: '2-digit' }),
    date: new Intl.DateTimeFormat(locale, DATE),
    otherYear: new Intl.DateTimeFormat(locale, { ...UTC, day: 'numeric', month: 'long', year: 'numeric' }),
  };
  formats.set(key, made);
  return made;
}

const clockTime = (sent: number) => formatsOf(readerLocale()).clock.format(sent);
const yearOf = (sent: number) => new Date(sent).getUTCFullYear();

function dayName(sent: number): string {
  const { date, otherYear } = formatsOf(readerLocale());
  return (yearOf(sent) === yearOf(Date.now()) ? date : otherYear).format(sent);
}

/** Times in UTC: the server does not know the reader's zone. The page's script draws them again in that zone. */
export const UTC_TIME: TimeFormat = {
  timeOfDay: clockTime,
  clock: clockTime,
  fullTime: (sent) => `${dayName(sent)}, ${clockTime(sent)} UTC`,
  dayOf: (sent) => new Date(sent).toISOString().slice(0, 10),
  dayName,
};
