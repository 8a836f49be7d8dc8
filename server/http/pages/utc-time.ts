import type { TimeFormat } from './rows/time-format.js';

const UTC = { timeZone: 'UTC' } as const;
const CLOCK = new Intl.DateTimeFormat('en-GB', { ...UTC, hour: '2-digit', minute: '2-digit' });
const DATE = new Intl.DateTimeFormat('en-GB', { ...UTC, weekday: 'long', day: 'numeric', month: 'long' });

/** Times in UTC: the server does not know the reader's zone. The page's script draws them again in that zone. */
export const UTC_TIME: TimeFormat = {
  timeOfDay: (sent) => CLOCK.format(sent),
  clock: (sent) => CLOCK.format(sent),
  fullTime: (sent) => `${DATE.format(sent)}, ${CLOCK.format(sent)} UTC`,
  dayOf: (sent) => new Date(sent).toISOString().slice(0, 10),
  dayName: (sent) => DATE.format(sent),
};
