import type { TimeFormat } from '../../server/http/pages/rows/time-format.js';

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });
const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' });
const THIS_YEAR = new Intl.DateTimeFormat('en', { weekday: 'long', day: 'numeric', month: 'long' });
const OTHER_YEAR = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'long', year: 'numeric' });

/** Times in the reader's zone. */
export const LOCAL_TIME: TimeFormat = {
  timeOfDay: (sent) => CLOCK.format(sent),
  clock: (sent) =>
    CLOCK.formatToParts(sent)
      .map(({ type, value }) => (type === 'dayPeriod' ? '' : value))
      .join('')
      .trim(),
  fullTime: (sent) => FULL.format(sent),
  dayOf,
  dayName(sent) {
    const yesterday = new Date();
    const today = dayOf(yesterday.getTime());
    yesterday.setDate(yesterday.getDate() - 1);
    const day = dayOf(sent);
    if (day === today) return 'Today';
    if (day === dayOf(yesterday.getTime())) return 'Yesterday';
    return day.slice(0, 4) === today.slice(0, 4) ? THIS_YEAR.format(sent) : OTHER_YEAR.format(sent);
  },
};

function dayOf(sent: number): string {
  const date = new Date(sent);
  const two = (part: number) => String(part).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
