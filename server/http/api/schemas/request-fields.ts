import { z } from 'zod';
import { storedMessageId } from '../../../database/tables/message-refusals.js';
import { noSuchFile } from '../../../files/file-service.js';
import { ChatError } from '../../../protocol/errors.js';
import { cleanFiles } from '../../../protocol/file.js';
import { NAMED_FILE } from '../../../protocol/frames.js';
import {
  cleanAlt,
  cleanBody,
  cleanCaption,
  cleanId,
  cleanName,
  cleanNewRoom,
  cleanReplyTo,
  cleanRoom,
  cleanTopic,
  LIMITS,
  MAX_ID_BYTES,
} from '../../../protocol/message.js';
import { ACCESS } from '../../../protocol/room.js';
import { cleanAccess } from '../../../protocol/room-settings.js';
import { cleanEmoji, MAX_EMOJI_BYTES } from '../../../protocol/text/reaction-emoji.js';
import { rule } from '../../openapi/rule.js';
import { decodeCursor, EARLIEST_MS, LATEST_MS } from './cursor.js';

/** The fields of requests, each with the rule that validates it. */

const aRoom = { type: 'string', minLength: 1, maxLength: LIMITS.room, examples: ['lobby'] } as const;

export const room = rule(cleanRoom, { ...aRoom, description: 'Name of a room' });
export const newRoom = rule((value) => cleanNewRoom('name', value), { ...aRoom, examples: ['Tea & cake'] });

export const topic = rule(cleanTopic, {
  type: 'string',
  maxLength: LIMITS.topic,
  description: 'The topic of the room',
  examples: ['Recipes and who brings what'],
}).optional();

export const access = rule(cleanAccess, {
  type: 'string',
  enum: ACCESS,
  default: 'open',
  description:
    '`open`: every visitor can read and write; `members`: only users who have joined; `private`: unlisted, by invitation',
}).optional();

export const body = rule(cleanBody, {
  type: 'string',
  minLength: 1,
  maxLength: LIMITS.body,
  description: 'The text',
  examples: ['hello'],
});

/** The description of a file. */
export const alt = rule((value) => (value === undefined ? undefined : cleanAlt(value)), {
  type: 'string',
  maxLength: LIMITS.fileAlt,
  description: 'Description for readers who cannot see an image',
  examples: ['Boats in a harbour at dusk'],
}).optional();

/** Of a message that may have files; undefined for a missing one. */
export const caption = rule((value) => (value == null ? undefined : cleanCaption(value)), {
  type: 'string',
  maxLength: LIMITS.body,
  description: 'The text; may be missing or empty if the message has files',
  examples: ['hello'],
}).optional();

export const files = rule((value) => cleanFiles(typeof value === 'string' ? [value] : value), {
  type: 'array',
  items: NAMED_FILE,
  maxItems: LIMITS.files,
  description: 'Files that you have uploaded to this room and not sent yet: ids, or ids with descriptions',
  examples: [[]],
}).optional();

export const name = rule(cleanName, {
  type: 'string',
  minLength: 1,
  maxLength: LIMITS.name,
  description: 'The name that others see',
  examples: ['Ada'],
});

export const recoveryCode = z
  .string()
  .max(100)
  .meta({ description: 'Case, spaces and hyphens do not count', examples: ['7K2QM-X8R4T-0ZPWD-HN6VC'] });

const passkeyFields = {
  id: z.string().max(2_000),
  rawId: z.string().max(2_000),
  type: z.literal('public-key'),
  clientExtensionResults: z.object({}),
};

/** As browsers write it; `@simplewebauthn/server` checks the texts in it. */
export const newPasskey = z
  .object({
    ...passkeyFields,
    response: z.object({
      clientDataJSON: z.string(),
      attestationObject: z.string(),
      transports: z.array(z.string()).max(20).default([]),
    }),
  })
  .meta({ description: 'The answer of the browser, `PublicKeyCredential.toJSON()`' });

/** The same. */
export const passkeyAnswer = z
  .object({
    ...passkeyFields,
    response: z.object({
      clientDataJSON: z.string(),
      authenticatorData: z.string(),
      signature: z.string(),
    }),
  })
  .meta({ description: 'The answer of the browser, `PublicKeyCredential.toJSON()`' });

export const newMessageId = rule(cleanId, {
  type: 'string',
  pattern: '^[A-Za-z0-9_-]{1,64}$',
  description:
    'An id of your choice, preferably a UUIDv7. A repeated request with the same id creates one message',
  examples: ['0193e0f2-7b7c-7000-8000-3b1fd5c0ffee'],
}).optional();

export const messageId = rule(storedMessageId, {
  type: 'string',
  description: 'Id of a message',
  examples: ['0193e0f2-7b7c-7000-8000-3b1fd5c0ffee'],
});

export const emoji = rule(cleanEmoji, {
  type: 'string',
  description: `One emoji, at most ${MAX_EMOJI_BYTES} bytes in UTF-8`,
  examples: ['👍'],
});

/** The id of a stored file. */
export const fileId = rule(
  (value) => {
    const id = String(value);
    if (Buffer.byteLength(id) > MAX_ID_BYTES || id.includes('\0')) throw noSuchFile();
    return id;
  },
  { type: 'string', description: 'Id of a file', examples: ['0193e0f2-8c11-7000-8000-5d0a7c1b0f11'] },
);

export const replyTo = rule(cleanReplyTo, {
  type: 'string',
  description: 'Id of the message of this room to which yours is a reply',
  examples: ['0193e0f2-7b7c-7000-8000-3b1fd5c0ffee'],
}).optional();

/** The id of a message to which a page of messages leads. */
export const around = rule(storedMessageId, {
  type: 'string',
  description: 'Id of a message: this message and those around it; not together with a cursor',
}).optional();

export const cursor = (field: string, description: string) =>
  rule((value) => decodeCursor(value, field), { type: 'string', description }).optional();

export interface LimitRange {
  min: number;
  max: number;
  fallback: number;
}

export const limit = (range: LimitRange, description: string) =>
  rule((value) => readLimit(value, range), {
    type: 'integer',
    minimum: range.min,
    maximum: range.max,
    default: range.fallback,
    description,
  });

/** @throws ChatError `bad-limit` */
function readLimit(value: unknown, { min, max, fallback }: LimitRange): number {
  if (value === undefined) return fallback;
  const limit = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
  if (limit >= min && limit <= max) return limit;
  throw new ChatError('bad-limit', `limit must be a whole number from ${min} to ${max}`, {
    field: 'limit',
    limit: max,
  });
}

/** `sent` of a message: a number, or its decimal digits in a form. */
export const sent = rule(
  (value) => {
    const time = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
    if (Number.isInteger(time) && Number(time) >= EARLIEST_MS && Number(time) <= LATEST_MS)
      return Number(time);
    throw new ChatError('bad-request', 'sent must be the time of a message, in milliseconds since 1970', {
      field: 'sent',
    });
  },
  { type: 'integer', description: '`sent` of the message', examples: [1732000000123] },
);

export const idAtPosition = z
  .string()
  .refine((id) => Buffer.byteLength(id) <= MAX_ID_BYTES, `longer than ${MAX_ID_BYTES} bytes`)
  .meta({ description: '`id` of the message', examples: ['0193e0f2-7b7c-7000-8000-3b1fd5c0ffee'] });

const MAX_USERS_PER_REQUEST = 100;

export const userId = z.string().meta({ description: 'Id of a user', examples: ['1'] });

export const userIds = rule(
  (value) => {
    if (value === undefined) return undefined;
    const ids = [value].flat().filter((id) => typeof id === 'string');
    if (ids.length === 0) throw new ChatError('bad-request', 'id is missing', { field: 'id' });
    if (ids.length > MAX_USERS_PER_REQUEST) {
      throw new ChatError('bad-limit', `a request can ask for at most ${MAX_USERS_PER_REQUEST} users`, {
        field: 'id',
        limit: MAX_USERS_PER_REQUEST,
      });
    }
    return ids;
  },
  {
    type: 'array',
    items: { type: 'string' },
    minItems: 1,
    maxItems: MAX_USERS_PER_REQUEST,
    description: 'Ids of users: `?id=1&id=2`',
    examples: [['1', '2']],
  },
).optional();

/** The beginning of a name. */
export const namePrefix = rule((value) => (value === undefined ? undefined : cleanName(value)), {
  type: 'string',
  minLength: 1,
  maxLength: LIMITS.name,
  description: 'The beginning of a name, or of a word of it; not together with `id`',
}).optional();

export const roomOfPeople = rule((value) => (value === undefined ? undefined : cleanRoom(value)), {
  ...aRoom,
  description: 'With `prefix`: the room of the message',
}).optional();
