import { ChatError, type ErrorCode } from './errors.js';
import { cleanDescription, cleanTopic } from './message.js';
import { ACCESS, JOINING, POSTING, type RoomAccess, type RoomInfo } from './room.js';

/** Settings of a room to be changed; the others are kept. */
export type GivenRoomSettings = Partial<
  Pick<RoomInfo, 'topic' | 'description' | 'access' | 'joining' | 'posting'> & { archived: boolean }
>;

/** The validation of each setting. */
export const ROOM_SETTINGS = {
  topic: cleanTopic,
  description: cleanDescription,
  access: (value: unknown) => cleanChoice(value, ACCESS, 'access', 'bad-access'),
  joining: (value: unknown) => cleanChoice(value, JOINING, 'joining'),
  posting: (value: unknown) => cleanChoice(value, POSTING, 'posting'),
  archived: (value: unknown) => cleanChoice(String(value), ['true', 'false'], 'archived') === 'true',
} as const;

/** Validates the access of a room; `open` if it is missing. @throws ChatError `bad-access` */
export function cleanAccess(value: unknown): RoomAccess {
  return value === undefined ? 'open' : ROOM_SETTINGS.access(value);
}

/**
 * The settings among the fields of a request.
 * @throws ChatError `bad-topic`, `bad-description`, `bad-access`, `bad-setting`, also without any setting
 */
export function cleanRoomSettings(fields: Readonly<Record<string, unknown>>): GivenRoomSettings {
  const given = Object.entries(ROOM_SETTINGS).flatMap(([name, clean]) =>
    fields[name] === undefined ? [] : [[name, clean(fields[name])]],
  );
  if (given.length > 0) return Object.fromEntries(given);
  const names = Object.keys(ROOM_SETTINGS).join(', ');
  throw new ChatError('bad-setting', `the request has none of the settings ${names}`);
}

/** @throws ChatError with `code` for a value that is not among the choices */
function cleanChoice<T extends string>(
  value: unknown,
  choices: readonly T[],
  field: string,
  code: ErrorCode = 'bad-setting',
): T {
  const choice = choices.find((one) => one === value);
  if (choice !== undefined) return choice;
  throw new ChatError(code, `${field} must be one of ${choices.join(', ')}`, { field });
}
