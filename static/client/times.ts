import type { TimeFormat } from '../../server/http/pages/rows/time-format.js';
import { readerLocale, regionalLocale, t } from '../../server/http/pages/texts/text.js';

interface Formats {
  clock: Intl.DateTimeFormat;
  full: Intl.DateTimeFormat;
  thisYear: Intl.DateTimeFormat;
  otherYear: Intl.DateTimeFormat;
}

let made: Formats | null = null;

function formats(): Formats {
  made ??= makeFormats();
  return made;
}

/** In the language of the page, as the region of the reader writes it. */
function makeFormats(): Formats {
  const { clock } = readerLocale();
  const locale = regionalLocale();
  const has12Hours = new Intl.DateTimeFormat(locale, { hour: 'numeric' }).resolvedOptions().hour12;
  const hour = clock === '12' || (clock === 'auto' && has12Hours) ? 'numeric' : '2-digit';
  const hours = clock === 'auto' ? {} : clock === '12' ? { hour12: true } : ({ hourCycle: 'h23' } as const);
  const format = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, options);
  return {
    clock: format({ hour, minute: '2-digit', ...hours }),
    full: format({ dateStyle: 'full', timeStyle: 'medium', ...hours }),
    thisYear: format({ weekday: 'long', day: 'numeric', month: 'long' }),
    otherYear: format({ day: 'numeric', month: 'long', year: 'numeric' }),
  };
}

/** Times in the reader's zone. */
export const LOCAL_TIME: TimeFormat = {
  timeOfDay: (sent) => formats().clock.format(sent),
  clock: (sent) =>
    formats()
      .clock.formatToParts(sent)
      .map(({ type, value }) => (type === 'dayPeriod' ? '' : value))
      .join('')
      .trim(),
  fullTime: (sent) => formats().full.format(sent),
  dayOf,
  dayName(sent) {
    const yesterday = new Date();
    const today = dayOf(yesterday.getTime());
    yesterday.setDate(yesterday.getDate() - 1);
    const day = dayOf(sent);
    if (day === today) return t('day.today');
    if (day === dayOf(yesterday.getTime())) return t('day.yesterday');
    const { thisYear, otherYear } = formats();
    return day.slice(0, 4) === today.slice(0, 4) ? thisYear.format(sent) : otherYear.format(sent);
  },
};

function dayOf(sent: number): string {
  const date = new Date(sent);
  const two = (part: number) => String(part).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
