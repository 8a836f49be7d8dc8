import { z } from 'zod';
import { cleanAccess } from '../../access/access-control.js';
import { ChatError } from '../../protocol/errors.js';
import {
  cleanBody,
  cleanId,
  cleanName,
  cleanNewRoom,
  cleanRoom,
  cleanTopic,
  LIMITS,
} from '../../protocol/message.js';
import { ACCESS } from '../../protocol/room.js';
import { rule } from '../openapi/rule.js';
import { decodeCursor, EARLIEST, LATEST, LONGEST_ID } from './cursor.js';
import { type LimitRule, readLimit } from './query.js';

/** The fields of requests, each with the rule that it is checked by. */

const aRoom = { type: 'string', minLength: 1, maxLength: LIMITS.room, examples: ['lobby'] } as const;

export const room = rule(cleanRoom, { ...aRoom, description: 'Name of a room' });
export const newRoom = rule((value) => cleanNewRoom('name', value), { ...aRoom, examples: ['Tea & cake'] });

export const topic = rule(cleanTopic, {
  type: 'string',
  maxLength: LIMITS.topic,
  description: 'What the room is about',
  examples: ['Recipes, and who brings what'],
}).optional();

export const access = rule(cleanAccess, {
  type: 'string',
  enum: ACCESS,
  default: 'open',
  description: '`open`: everybody may read and write; `members`: those who have joined',
}).optional();

export const body = rule(cleanBody, {
  type: 'string',
  minLength: 1,
  maxLength: LIMITS.body,
  description: 'The text',
  examples: ['hello'],
});

export const name = rule(cleanName, {
  type: 'string',
  minLength: 1,
  maxLength: LIMITS.name,
  description: 'What others see',
  examples: ['Ada'],
});

export const newMessageId = rule(cleanId, {
  type: 'string',
  pattern: '^[A-Za-z0-9_-]{1,64}$',
  description: 'An id of your own, best a UUIDv7: repeated with it, a request makes one message',
}).optional();

/** An id of any form, as rows from elsewhere may have; no row has one that the database would refuse. */
export const messageId = rule(
  (value) => {
    const id = String(value);
    if (Buffer.byteLength(id) > LONGEST_ID || id.includes('\0')) throw noSuchMessage();
    return id;
  },
  { type: 'string', description: 'Id of a message', examples: ['0193e0f2-7b7c-7000-8000-3b1fd5c0ffee'] },
);

export function noSuchMessage(): ChatError {
  return new ChatError('no-such-message', 'there is no such message in this room', { field: 'id' });
}

export const cursor = (field: string, description: string) =>
  rule((value) => decodeCursor(value, field), { type: 'string', description }).optional();

export const limit = (range: LimitRule, description: string) =>
  rule((value) => readLimit(value, range), {
    type: 'integer',
    minimum: range.min,
    maximum: range.max,
    default: range.fallback,
    description,
  });

/** A time as a message has it: a number, or what a form makes of one. */
export const sent = rule(
  (value) => {
    const time = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
    if (Number.isInteger(time) && Number(time) >= EARLIEST && Number(time) <= LATEST) return Number(time);
    throw new ChatError('bad-request', 'sent must be the time of a message, in milliseconds since 1970', {
      field: 'sent',
    });
  },
  { type: 'integer', description: '`sent` of the message', examples: [1732000000123] },
);

export const idAtPosition = z
  .string()
  .refine((id) => Buffer.byteLength(id) <= LONGEST_ID, `longer than ${LONGEST_ID} bytes`)
  .meta({ description: '`id` of the message', examples: ['0193e0f2-7b7c-7000-8000-3b1fd5c0ffee'] });

/** Users that one request may ask for. */
const MAX_USERS = 100;

export const userId = z.string().meta({ description: 'Id of a user', examples: ['1'] });

export const userIds = rule(
  (value) => {
    const ids = [value].flat().filter((id) => typeof id === 'string');
    if (ids.length === 0) throw new ChatError('bad-request', 'id is missing', { field: 'id' });
    if (ids.length > MAX_USERS) {
      throw new ChatError('bad-limit', `no more than ${MAX_USERS} users can be asked for at once`, {
        field: 'id',
        limit: MAX_USERS,
      });
    }
    return ids;
  },
  {
    type: 'array',
    items: { type: 'string' },
    minItems: 1,
    maxItems: MAX_USERS,
    description: 'Ids of users: `?id=1&id=2`',
    examples: [['1', '2']],
  },
);
