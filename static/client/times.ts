const clock = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' });
const thisYear = new Intl.DateTimeFormat('en', { weekday: 'long', day: 'numeric', month: 'long' });
const otherYear = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'long', year: 'numeric' });

/** The day in the time zone of the reader, such as `2025-01-31`. */
export function dayOf(sent: number): string {
  const date = new Date(sent);
  const two = (part: number) => String(part).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

export const timeOfDay = (sent: number) => clock.format(sent);
export const fullTime = (sent: number) => full.format(sent);

/** The name of a day relative to today. */
export function dayName(sent: number, now: number): string {
  const yesterday = new Date(now);
  yesterday.setDate(yesterday.getDate() - 1);
  const day = dayOf(sent);
  if (day === dayOf(now)) return 'Today';
  if (day === dayOf(yesterday.getTime())) return 'Yesterday';
  return day.slice(0, 4) === dayOf(now).slice(0, 4) ? thisYear.format(sent) : otherYear.format(sent);
}
