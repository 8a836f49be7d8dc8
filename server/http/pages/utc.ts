// Without a script the server cannot know the reader's zone. The script shows times in it.
const UTC = { timeZone: 'UTC' } as const;
const CLOCK = new Intl.DateTimeFormat('en-GB', { ...UTC, hour: '2-digit', minute: '2-digit' });
const DATE = new Intl.DateTimeFormat('en-GB', { ...UTC, weekday: 'long', day: 'numeric', month: 'long' });

/** Times of pages, from milliseconds since 1970. */
export const isoTime = (sent: number) => new Date(sent).toISOString();
export const clock = (sent: number) => CLOCK.format(sent);
export const date = (sent: number) => DATE.format(sent);
