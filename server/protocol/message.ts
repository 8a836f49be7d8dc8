import { v7 as uuidv7 } from 'uuid';
import { ChatError, type ErrorCode } from './errors.js';
import { checkMentions } from './mentions.js';
import { hasStrayInvisible, visiblePattern } from './text/characters.js';
import { hasTooManyMarks, MAX_MARKS, normalise } from './text/normalise.js';

/** Limits in characters (Unicode code points), after trimming and normalisation to NFC. */
export const LIMITS = {
  room: 64,
  body: 4000,
  name: 40,
  topic: 200,
  description: 1000,
  id: 64,
  fileName: 120,
  fileAlt: 300,
  files: 10,
} as const;

/**
 * Bytes of a new room's name in UTF-8. RethinkDB cuts the keys of its indexes at 170 to 190 bytes: queries of a room with a longer
 * name read the rows of all rooms whose names begin alike.
 */
export const MAX_ROOM_BYTES = 128;

/** Unread messages of a room are counted up to this number. */
export const MAX_UNREAD = 100;

/** Members of a room are counted up to this number. */
export const MAX_COUNTED_MEMBERS = 10_000;

/** The room behind `/`. */
export const LOBBY = 'lobby';

export type { Author, Kind, Message, MessageFile, Pin, Position, Reaction } from './entities.js';
export { comparePositions } from './position.js';

/**
 * Regular expression of a command to a bot, such as `/roll 2d6` or `/stock=aapl.us`; a path such as `/usr/bin` is not a
 * command. JavaScript and RE2, which the database uses, agree on it.
 */
export const COMMAND = '^/([A-Za-z][A-Za-z0-9_-]{0,31})(?:[ \\t\\n=:]|$)';

/** A new message id: a UUIDv7, monotonic within this process. */
export function newMessageId(): string {
  return uuidv7();
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: rejecting them is the purpose
export const CONTROL_CHARACTER = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;
/** Includes direction marks: a name must not change the direction of the text around it. */
const CONTROL_IN_NAME = /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
// A body may contain tabs, line breaks and bidi controls, which pasted phone numbers contain: pages isolate bodies.
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const CONTROL_IN_BODY = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/u;
const LONE_SURROGATE = /* @__PURE__ */ /\p{Surrogate}/u;
const VISIBLE = /* @__PURE__ */ new RegExp(/* @__PURE__ */ visiblePattern('javascript'), 'u');

interface TextRule {
  field: string;
  code: ErrorCode;
  limit: number;
  rejected: RegExp;
  mayBeEmpty?: boolean;
}

// A bundler leaves it out where no text is cleaned.
const RULES = /* @__PURE__ */ (() =>
  ({
    room: { field: 'room', code: 'bad-room', limit: LIMITS.room, rejected: CONTROL_CHARACTER },
    body: { field: 'body', code: 'bad-body', limit: LIMITS.body, rejected: CONTROL_IN_BODY },
    name: { field: 'name', code: 'bad-name', limit: LIMITS.name, rejected: CONTROL_IN_NAME },
    topic: {
      field: 'topic',
      code: 'bad-topic',
      limit: LIMITS.topic,
      rejected: CONTROL_IN_NAME,
      mayBeEmpty: true,
    },
    description: {
      field: 'description',
      code: 'bad-description',
      limit: LIMITS.description,
      rejected: CONTROL_IN_BODY,
      mayBeEmpty: true,
    },
    alt: {
      field: 'alt',
      code: 'bad-alt',
      limit: LIMITS.fileAlt,
      rejected: CONTROL_IN_NAME,
      mayBeEmpty: true,
    },
  }) satisfies Record<string, TextRule>)();

/**
 * Trims, normalises and validates a text.
 * @throws ChatError `too-many-marks`, or the code of the field (`bad-room`, `bad-body`, `bad-name`, `bad-topic`, `bad-description`,
 * `bad-alt`), with its name and limit
 */
function cleanText(rule: TextRule, value: unknown): string {
  const { field, code, limit } = rule;
  if (value === undefined || value === null) throw new ChatError(code, `${field} is missing`, { field });
  if (typeof value !== 'string') throw new ChatError(code, `${field} must be a string`, { field });
  // Nothing that long can become short enough; spares normalising megabytes.
  if (value.length > limit * 16) throw tooLong(rule);
  if (hasTooManyMarks(value)) {
    const message = `${field} has more than ${MAX_MARKS} combining marks in a row`;
    throw new ChatError('too-many-marks', message, { field, limit: MAX_MARKS });
  }
  const text = normalise(value.replaceAll('\r\n', '\n').trim());
  if (text === '' && !rule.mayBeEmpty) throw new ChatError(code, `${field} is empty`, { field });
  if (LONE_SURROGATE.test(text)) throw new ChatError(code, `${field} is not valid Unicode`, { field });
  if (rule.rejected.test(text)) throw new ChatError(code, `${field} contains control characters`, { field });
  if (text !== '' && !VISIBLE.test(text))
    throw new ChatError(code, `${field} has no visible character`, { field });
  if (text.length > limit && [...text].length > limit) throw tooLong(rule);
  return text;
}

function tooLong({ field, code, limit }: TextRule): ChatError {
  return new ChatError(code, `${field} is longer than ${limit} characters`, { field, limit });
}

/** A room name as it is stored. @throws ChatError `bad-room` */
export const cleanRoom = (value: unknown): string => cleanText(RULES.room, value);
/** A room name from a field with another name. @throws ChatError `bad-room` */
export const cleanRoomIn = (field: string, value: unknown): string =>
  cleanText({ ...RULES.room, field }, value);
/**
 * The name of a new room. Rejects invisible characters, except within emoji and words: names that differ only by them
 * would look the same. @throws ChatError `bad-room`
 */
export function cleanNewRoom(field: string, value: unknown): string {
  const name = cleanRoomIn(field, value);
  if (hasStrayInvisible(name))
    throw new ChatError('bad-room', `${field} contains invisible characters`, { field });
  checkRoomBytes(name, field);
  return name;
}
/** Rooms of longer names that exist stay readable; nothing new is written in them. @throws ChatError `bad-room` */
export function checkRoomBytes(room: string, field = 'room'): void {
  if (new TextEncoder().encode(room).length <= MAX_ROOM_BYTES) return;
  const message = `${field} is longer than ${MAX_ROOM_BYTES} bytes in UTF-8`;
  throw new ChatError('bad-room', message, { field, limit: MAX_ROOM_BYTES });
}
/** A message body as it is stored. @throws ChatError `bad-body`, `too-many-mentions` */
export function cleanBody(value: unknown): string {
  const body = cleanText(RULES.body, value);
  checkMentions(body);
  return body;
}
/**
 * The body of a message with files as it is stored; may be empty or missing.
 * @throws ChatError `bad-body`, `too-many-mentions`
 */
export function cleanCaption(value: unknown): string {
  const body = cleanText({ ...RULES.body, mayBeEmpty: true }, value ?? '');
  checkMentions(body);
  return body;
}
/** The name of a user as it is stored. @throws ChatError `bad-name` */
export const cleanName = (value: unknown): string => cleanText(RULES.name, value);
/** The topic of a room as it is stored; may be empty. @throws ChatError `bad-topic` */
export const cleanTopic = (value: unknown): string => cleanText(RULES.topic, value);
/** The description of a room as it is stored; may be empty. @throws ChatError `bad-description` */
export const cleanDescription = (value: unknown): string => cleanText(RULES.description, value);
/** The description of a file as it is stored, in one line; may be empty. @throws ChatError `bad-alt` */
export const cleanAlt = (value: unknown): string =>
  cleanText(RULES.alt, typeof value === 'string' ? value.replaceAll(/[\t\r\n]+/g, ' ') : value);

/** RethinkDB's limit of a primary key. */
export const MAX_ID_BYTES = 127;

/**
 * The id of the message that a message replies to; undefined for an absent or empty one. Rows of other programs can have
 * ids of any form that the database accepts as a key. @throws ChatError `bad-reply`
 */
export function cleanReplyTo(value: unknown): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'string' && isMessageId(value)) return value;
  throw new ChatError('bad-reply', `reply_to must be the id of a message, at most ${MAX_ID_BYTES} bytes`, {
    field: 'reply_to',
    limit: MAX_ID_BYTES,
  });
}

/** Whether a text can be the id of a message. */
export function isMessageId(id: string): boolean {
  return id !== '' && !id.includes('\0') && new TextEncoder().encode(id).length <= MAX_ID_BYTES;
}

/** Validates an id that a client has chosen: 1 to 64 letters, digits, `-` or `_`. @throws ChatError `bad-id` */
export function cleanId(value: unknown): string {
  if (typeof value !== 'string' || !/^[\w-]{1,64}$/.test(value)) {
    throw new ChatError('bad-id', `id must be 1 to ${LIMITS.id} letters, digits, '-' or '_'`, {
      field: 'id',
      limit: LIMITS.id,
    });
  }
  return value;
}
