import { v7 as uuidv7 } from 'uuid';
import { ChatError, type ErrorCode } from './errors.js';
import { hasStrayInvisible, visiblePattern } from './text/characters.js';
import { hasTooManyMarks, MAX_MARKS, normalise } from './text/normalise.js';

/** Limits in characters (Unicode code points), after trimming and normalisation to NFC. */
export const LIMITS = { room: 64, body: 4000, name: 40, topic: 200, id: 64 } as const;

/** Unread messages of a room are counted up to this number. */
export const MAX_UNREAD = 100;

/** The room behind `/`. */
export const LOBBY = 'lobby';

export type { Author, Kind, Message, Position } from './entities.js';
export { comparePositions } from './position.js';

/**
 * What begins a command to a bot, `/roll 2d6` or `/stock=aapl.us`; a path such as `/usr/bin` is none. The same to
 * JavaScript and to RE2, so that the database can tell too.
 */
export const COMMAND = '^/([A-Za-z][A-Za-z0-9_-]{0,31})(?:[ \\t\\n=:]|$)';

/** A new message id: a UUIDv7, monotonic within this process. */
export function newMessageId(): string {
  return uuidv7();
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: refusing them is the purpose
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;
/** A name must not change the direction of the text around it, so marks of direction are refused too. */
const CONTROL_IN_NAME = /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
// A body may have tabs, line breaks, and bidi controls, which come with pasted phone numbers: pages isolate a body.
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const CONTROL_IN_BODY = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/u;
const LONE_SURROGATE = /\p{Surrogate}/u;
const VISIBLE = /* @__PURE__ */ new RegExp(/* @__PURE__ */ visiblePattern('javascript'), 'u');

interface TextRule {
  field: string;
  code: ErrorCode;
  limit: number;
  refused: RegExp;
  /** Nothing is a text too. */
  mayBeEmpty?: boolean;
}

const RULES = {
  room: { field: 'room', code: 'bad-room', limit: LIMITS.room, refused: CONTROL },
  body: { field: 'body', code: 'bad-body', limit: LIMITS.body, refused: CONTROL_IN_BODY },
  name: { field: 'name', code: 'bad-name', limit: LIMITS.name, refused: CONTROL_IN_NAME },
  topic: {
    field: 'topic',
    code: 'bad-topic',
    limit: LIMITS.topic,
    refused: CONTROL_IN_NAME,
    mayBeEmpty: true,
  },
} satisfies Record<string, TextRule>;

/**
 * Trims and normalises a text that a user wrote.
 * @throws ChatError with the code of the field (`bad-room`, `bad-body`, `bad-name`, `bad-topic`), naming field and limit.
 */
function cleanText(rule: TextRule, value: unknown): string {
  const { field, code, limit } = rule;
  if (value === undefined || value === null) throw new ChatError(code, `${field} is missing`, { field });
  if (typeof value !== 'string') throw new ChatError(code, `${field} must be a string`, { field });
  // Nothing that long can become short enough; spares normalising megabytes.
  if (value.length > limit * 16) throw tooLong(rule);
  if (hasTooManyMarks(value)) {
    throw new ChatError(code, `${field} has more than ${MAX_MARKS} combining marks in a row`, {
      field,
      limit: MAX_MARKS,
    });
  }
  const text = normalise(value.replaceAll('\r\n', '\n').trim());
  if (text === '' && !rule.mayBeEmpty) throw new ChatError(code, `${field} is empty`, { field });
  if (LONE_SURROGATE.test(text)) throw new ChatError(code, `${field} is not valid Unicode`, { field });
  if (rule.refused.test(text)) throw new ChatError(code, `${field} contains control characters`, { field });
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
/** The same from a field of another name. @throws ChatError `bad-room` */
export const cleanRoomIn = (field: string, value: unknown): string =>
  cleanText({ ...RULES.room, field }, value);
/**
 * The name of a room that is to be created. It has no invisible characters but those within emoji and words: names that
 * differ by them alone would look the same. @throws ChatError `bad-room`
 */
export function cleanNewRoom(field: string, value: unknown): string {
  const name = cleanRoomIn(field, value);
  if (hasStrayInvisible(name))
    throw new ChatError('bad-room', `${field} contains invisible characters`, { field });
  return name;
}
/** A message body as it is stored. @throws ChatError `bad-body` */
export const cleanBody = (value: unknown): string => cleanText(RULES.body, value);
/** A person's name as it is stored. @throws ChatError `bad-name` */
export const cleanName = (value: unknown): string => cleanText(RULES.name, value);
/** What a room is about, as it is stored; may be empty. @throws ChatError `bad-topic` */
export const cleanTopic = (value: unknown): string => cleanText(RULES.topic, value);

/** Checks an id that a client chose: 1 to 64 letters, digits, `-` or `_`. @throws ChatError `bad-id` */
export function cleanId(value: unknown): string {
  if (typeof value !== 'string' || !/^[\w-]{1,64}$/.test(value)) {
    throw new ChatError('bad-id', `id must be 1 to ${LIMITS.id} letters, digits, '-' or '_'`, {
      field: 'id',
      limit: LIMITS.id,
    });
  }
  return value;
}
