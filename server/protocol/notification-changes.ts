import { ChatError } from './errors.js';
import { cleanRoomIn } from './message.js';
import {
  isLevel,
  isObject,
  isTimeOfDay,
  LATEST_PAUSE_MS,
  MAX_ROOM_LEVELS,
  NOTIFICATION_LEVELS,
  type NotificationChanges,
  type NotificationLevel,
  type QuietHours,
  readQuietHours,
} from './notifications.js';

const FIELDS = ['level', 'rooms', 'sound', 'paused_until', 'quiet'];

/** Changes as a program sends them. @throws ChatError `bad-setting`, `bad-room` */
export function cleanNotifications(value: unknown): NotificationChanges {
  if (!isObject(value)) throw refusal('notifications', 'must be an object');
  const unknown = Object.keys(value).find((name) => !FIELDS.includes(name));
  if (unknown !== undefined || Object.keys(value).length === 0)
    throw refusal('notifications', `can have ${FIELDS.join(', ')}`);
  const { level, rooms, sound, paused_until, quiet } = value;
  return {
    ...(level !== undefined && { level: cleanLevel('notifications.level', level) }),
    ...(rooms !== undefined && { rooms: cleanLevels(rooms) }),
    ...(sound !== undefined && { sound: cleanSound(sound) }),
    ...(paused_until !== undefined && { paused_until: cleanPause(paused_until) }),
    ...(quiet !== undefined && { quiet: cleanQuietHours(quiet) }),
  };
}

/** @throws ChatError `bad-setting` */
export function cleanLevel(field: string, value: unknown): NotificationLevel {
  if (isLevel(value)) return value;
  throw refusal(field, `must be one of ${NOTIFICATION_LEVELS.join(', ')}`);
}

function cleanLevels(value: unknown): Record<string, NotificationLevel | null> {
  const field = 'notifications.rooms';
  if (!isObject(value)) throw refusal(field, 'must be an object with a level for each room');
  const entries = Object.entries(value);
  if (entries.length > MAX_ROOM_LEVELS) throw tooManyRoomLevels();
  return Object.fromEntries(
    entries.map(([room, level]) => [
      cleanRoomIn(field, room),
      level === null ? null : cleanLevel(field, level),
    ]),
  );
}

function cleanSound(value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw refusal('notifications.sound', 'must be true or false');
}

function cleanPause(value: unknown): number | null {
  const isTime = typeof value === 'number' && Number.isInteger(value) && value > 0;
  if (value === null || (isTime && value <= LATEST_PAUSE_MS)) return value;
  throw refusal('notifications.paused_until', 'must be a time in milliseconds since 1970, or null');
}

/** @throws ChatError `bad-setting` */
export function cleanQuietHours(value: unknown): QuietHours | null {
  const field = 'notifications.quiet';
  if (value === null) return null;
  if (!isObject(value) || !isTimeOfDay(value.from) || !isTimeOfDay(value.to))
    throw refusal(field, 'must have from and to as HH:MM and a time zone, or be null');
  const quiet = readQuietHours(value);
  if (quiet === null) throw refusal(field, 'must have a time zone such as Europe/Berlin as its zone');
  if (quiet.from === quiet.to) throw refusal(field, 'must end at another time than it begins');
  return quiet;
}

/** @throws ChatError `bad-setting` */
export const tooManyRoomLevels = (): ChatError =>
  new ChatError('bad-setting', `notifications.rooms can have a level for at most ${MAX_ROOM_LEVELS} rooms`, {
    field: 'notifications.rooms',
    limit: MAX_ROOM_LEVELS,
  });

const refusal = (field: string, rule: string) => new ChatError('bad-setting', `${field} ${rule}`, { field });
