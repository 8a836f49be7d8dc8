/** Which messages notify a user: shared by pages, which show notifications, and the server, which pushes them. */

export const NOTIFICATION_LEVELS = ['all', 'mentions', 'none'] as const;
/** Messages of a room that notify a user: all, those that mention the user, or none. */
export type NotificationLevel = (typeof NOTIFICATION_LEVELS)[number];

/** Hours of each day, such as from `22:00` to `07:00`. */
export interface QuietHours {
  /** `HH:MM`, the same as `to`: never. */
  from: string;
  to: string;
  /** The time zone of the browser, by its IANA name. */
  zone: string;
}

export interface NotificationSettings {
  /** For rooms that the user follows and that have no level of their own. */
  level: NotificationLevel;
  /** By name of the room. */
  rooms: Readonly<Record<string, NotificationLevel>>;
  sound: boolean;
  /** Do not disturb before this time, in milliseconds since 1970. */
  paused_until: number | null;
  /** Do not disturb at these hours. */
  quiet: QuietHours | null;
}

/** Settings of notifications to change; those left out are kept. A level of null removes that of a room. */
export interface NotificationChanges extends Partial<Omit<NotificationSettings, 'rooms'>> {
  rooms?: Readonly<Record<string, NotificationLevel | null>>;
}

export const DEFAULT_NOTIFICATIONS: NotificationSettings = {
  level: 'all',
  rooms: {},
  sound: false,
  paused_until: null,
  quiet: null,
};

/** Notifications of a room replace each other, those that pages show and those that are pushed. */
export const tagOf = (room: string): string => `room:${room}`;

/** Rooms with a level of their own, for one user. */
export const MAX_ROOM_LEVELS = 200;
/** The latest time that the database can store. */
export const LATEST_PAUSE_MS = 253_402_300_799_999;

const TIME_OF_DAY = /^(?:[01]\d|2[0-3]):[0-5]\d$/;

/** The level of a room. Only rooms that the user follows notify of all messages. */
export function levelOf(
  { level, rooms }: Pick<NotificationSettings, 'level' | 'rooms'>,
  room: string,
  isFollowed: boolean,
): NotificationLevel {
  const chosen = (Object.hasOwn(rooms, room) ? rooms[room] : undefined) ?? level;
  return chosen === 'all' && !isFollowed ? 'mentions' : chosen;
}

export interface NotifyingMessage {
  room: string;
  isFollowed: boolean;
  isMention: boolean;
  /** The user wrote the message. */
  isOwn: boolean;
}

/** Whether a message notifies a user. @param now milliseconds since 1970 */
export function isNotifying(settings: NotificationSettings, message: NotifyingMessage, now: number): boolean {
  if (message.isOwn || isQuiet(settings, now)) return false;
  const level = levelOf(settings, message.room, message.isFollowed);
  return level === 'all' || (level === 'mentions' && message.isMention);
}

/** Whether the user is not to be disturbed. @param now milliseconds since 1970 */
export function isQuiet(
  { paused_until, quiet }: Pick<NotificationSettings, 'paused_until' | 'quiet'>,
  now: number,
): boolean {
  if (paused_until !== null && now < paused_until) return true;
  if (quiet === null) return false;
  const time = timeOfDay(quiet.zone, now);
  if (time === null) return false;
  const { from, to } = quiet;
  return from <= to ? from <= time && time < to : from <= time || time < to;
}

/** The settings in a row, which any driver may have written: a value of another form counts as the default. */
export function readNotifications(value: unknown): NotificationSettings {
  if (!isObject(value)) return DEFAULT_NOTIFICATIONS;
  const { level, rooms, sound, paused_until, quiet } = value;
  const isTime = typeof paused_until === 'number' && paused_until > 0 && paused_until <= LATEST_PAUSE_MS;
  return {
    level: isLevel(level) ? level : DEFAULT_NOTIFICATIONS.level,
    rooms: isObject(rooms) ? readLevels(rooms) : {},
    sound: sound === true,
    paused_until: isTime ? paused_until : null,
    quiet: readQuietHours(quiet),
  };
}

function readLevels(rooms: Record<string, unknown>): Record<string, NotificationLevel> {
  const levels = Object.entries(rooms).flatMap(([room, level]) =>
    isLevel(level) ? [[room, level] as const] : [],
  );
  return Object.fromEntries(levels.slice(0, MAX_ROOM_LEVELS));
}

/** Null for hours of another form. */
export function readQuietHours(value: unknown): QuietHours | null {
  if (!isObject(value)) return null;
  const { from, to, zone } = value;
  if (!isTimeOfDay(from) || !isTimeOfDay(to) || typeof zone !== 'string') return null;
  return clockOf(zone) === null ? null : { from, to, zone };
}

export const isLevel = (value: unknown): value is NotificationLevel =>
  NOTIFICATION_LEVELS.some((level) => level === value);

export const isTimeOfDay = (value: unknown): value is string =>
  typeof value === 'string' && TIME_OF_DAY.test(value);

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `HH:MM` of a time zone; null for an unknown zone. */
function timeOfDay(zone: string, now: number): string | null {
  return clockOf(zone)?.format(now) ?? null;
}

/** Clocks by the name of their zone: making one takes 50 µs. */
const clocks = new Map<string, Intl.DateTimeFormat | null>();
/** There are about 600 names of zones. */
const MAX_CLOCKS = 1_000;

function clockOf(timeZone: string): Intl.DateTimeFormat | null {
  const present = clocks.get(timeZone);
  if (present !== undefined) return present;
  const clock = newClock(timeZone);
  if (clocks.size < MAX_CLOCKS) clocks.set(timeZone, clock);
  return clock;
}

function newClock(timeZone: string): Intl.DateTimeFormat | null {
  if (!/^[\w+/-]{1,60}$/.test(timeZone)) return null;
  try {
    return new Intl.DateTimeFormat('en-GB', {
      timeZone,
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
  } catch {
    return null;
  }
}
