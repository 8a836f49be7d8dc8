import { z } from 'zod';
import type { Summary } from '../../presence/presence.js';
import {
  ACCESS,
  id_user,
  message,
  personName,
  position,
  roomName,
  time,
  user,
} from '../../protocol/entities.js';
import { ERRORS, type ErrorCode } from '../../protocol/errors.js';
import type { Member, RoomEntry } from '../../protocol/room.js';
import { MAX_UNREAD } from '../../rooms/room-directory.js';
import type { Problem } from '../middleware/problems.js';

/** What is answered. */

export { message, position, user };

export const messagePage = z
  .object({
    messages: z.array(message).describe('Oldest first'),
    before: z.string().nullable().describe('Cursor of the page of older messages; null where there are none'),
    after: z.string().describe('Cursor of what comes after this page, now or later'),
  })
  .meta({ id: 'MessagePage' });

export const roomEntry = z
  .object({
    name: roomName,
    topic: z.string().meta({ examples: ['Recipes, and who brings what'] }),
    access: z.enum(ACCESS),
    created: time.nullable().describe('Null for a room that nobody created'),
    created_by: id_user.nullable(),
    joined: z.boolean().describe('Whether you are a member'),
    users: z.int().nullable().describe('How many people are there now; null where only members may know'),
    unread: z
      .int()
      .max(MAX_UNREAD)
      .nullable()
      .describe(
        `Messages after what you have read; ${MAX_UNREAD} means so many or more, null that you have not joined`,
      ),
  })
  .meta({ id: 'Room', description: 'A room as you see it.' }) satisfies z.ZodType<RoomEntry>;

export const membership = z.object({ room: roomName, joined: z.boolean() }).meta({ id: 'Membership' });

export const member = z
  .object({
    id_user,
    name: personName.nullable().describe('Null where it is not known'),
    joined: time.nullable(),
  })
  .meta({ id: 'Member' }) satisfies z.ZodType<Member>;

export const presentUser = z
  .object({ id_socket: z.string().meta({ examples: ['ekDtzfRmXSHNnmWEAAAB'] }), id_user })
  .meta({ id: 'PresentUser', description: 'One socket. Who has three tabs open is there three times.' });

const count = z.object({ sockets: z.int(), users: z.int() }).meta({ id: 'Count' });

export const summary = z
  .object({
    sockets: z.int(),
    users: z.int().describe('Different users, over all rooms'),
    rooms: z.record(z.string(), count).meta({ examples: [{ lobby: { sockets: 3, users: 2 } }] }),
    partial: z.boolean().describe('Other processes could not be asked'),
  })
  .meta({ id: 'Summary' }) satisfies z.ZodType<Summary>;

export const problem = z
  .object({
    type: z.string().describe('Where the code is explained'),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe('What is wrong in this case'),
    code: z.enum(Object.keys(ERRORS) as ErrorCode[]),
    field: z.string().optional().describe('The field at fault'),
    limit: z.number().optional().describe('The limit that was passed'),
    retryAfterMs: z.number().optional().describe('Milliseconds after which trying again makes sense'),
    instance: z.string().optional().describe("Names this occurrence in the server's log"),
  })
  .meta({ id: 'Problem', description: 'RFC 9457, with a `code`.' }) satisfies z.ZodType<Problem>;
