import { z } from 'zod';
import type { Summary } from '../../../presence/presence.js';
import {
  id_user,
  indexed,
  MEMBER_ROLES,
  message,
  messageFile,
  personName,
  position,
  quotes,
  ROLES,
  roomInfo,
  roomName,
  searchResult,
  time,
  user,
} from '../../../protocol/entities.js';
import { ERRORS, type ErrorCode } from '../../../protocol/errors.js';
import { MAX_UNREAD } from '../../../protocol/message.js';
import type { Member, RoomEntry } from '../../../protocol/room.js';
import type { Problem } from '../../middleware/problems.js';

/** The JSON bodies of responses. */

export { MEMBER_ROLES, message, messageFile, position, user };

export const guest = user
  .extend({ token: z.string().describe('Authenticates the guest: `Authorization: Bearer …`') })
  .meta({ id: 'Guest', description: 'A new guest.' });

export const securedUser = user
  .extend({
    token: z
      .string()
      .optional()
      .describe(
        'For clients without cookies: authenticates the guest from now on, `Authorization: Bearer …`',
      ),
  })
  .meta({ id: 'SecuredUser', description: 'A guest with a secured name.' });

export const messagePage = z
  .object({
    messages: z.array(message).describe('Oldest first'),
    before: z.string().nullable().describe('Cursor of the page of older messages; null on the first page'),
    after: z.string().describe('Cursor of the messages after this page, also of later ones'),
    quoted: quotes,
  })
  .meta({ id: 'MessagePage' });

export const pinnedMessages = z
  .object({
    messages: z.array(message).describe('The newest pin first'),
    names: z
      .record(z.string(), z.string())
      .describe('Current names of authors and other users, by `id_user`'),
  })
  .meta({ id: 'PinnedMessages' });
export const mentionPage = z
  .object({
    messages: z.array(message).describe('Newest first'),
    before: z.string().nullable().describe('Cursor of the page of older mentions; null on the last page'),
    names: z.record(z.string(), personName).describe('Current names of authors and mentioned users, by id'),
  })
  .meta({ id: 'MentionPage' });
export const searchPage = z
  .object({
    q: z.string(),
    results: z.array(searchResult).describe('Newest first'),
    next: z.string().nullable().describe('Cursor of the page of older results; null on the last page'),
    indexed,
    names: z
      .record(z.string(), z.string())
      .describe('Current names of authors by `id_user`, where they differ from the names in their messages'),
  })
  .meta({ id: 'SearchPage' });

export const roomEntry = z
  .object({
    ...roomInfo.shape,
    created: time
      .nullable()
      .describe('Null for a room that was not created, or was written by another program without a time'),
    is_created: z.boolean().describe('False for a room that is used without having been created'),
    joined: z.boolean().describe('Whether you are a member'),
    role: z.enum(ROLES).exclude(['stranger']).nullable().describe('Your role; null if you have none'),
    users: z.int().nullable().describe('People in the room now; null when only members can see it'),
    unread: z
      .int()
      .max(MAX_UNREAD)
      .nullable()
      .describe(
        `Messages after your reading position; ${MAX_UNREAD} means ${MAX_UNREAD} or more, null that you have not joined`,
      ),
    mentions: z
      .int()
      .max(MAX_UNREAD)
      .nullable()
      .describe('Those of them that mention you; null that you have not joined'),
  })
  .meta({ id: 'Room', description: 'A room as you see it.' }) satisfies z.ZodType<RoomEntry>;

export const membership = z.object({ room: roomName, joined: z.boolean() }).meta({ id: 'Membership' });

export const member = z
  .object({
    id_user,
    name: personName.nullable().describe('Null when it is not known'),
    role: z.enum(MEMBER_ROLES),
    joined: time.nullable(),
    present: z.boolean().describe('In the room now, in any process that can be reached'),
  })
  .meta({ id: 'Member' }) satisfies z.ZodType<Member>;

export const presentUser = z
  .object({ id_socket: z.string().meta({ examples: ['ekDtzfRmXSHNnmWEAAAB'] }), id_user })
  .meta({ id: 'PresentUser', description: 'One socket. A user with three open tabs is listed three times.' });

const count = z.object({ sockets: z.int(), users: z.int() }).meta({ id: 'Count' });

export const summary = z
  .object({
    sockets: z.int(),
    users: z.int().describe('Different users, over all rooms'),
    rooms: z.record(z.string(), count).meta({ examples: [{ lobby: { sockets: 3, users: 2 } }] }),
    partial: z.boolean().describe('True while the presence of other processes is not known'),
  })
  .meta({ id: 'Summary' }) satisfies z.ZodType<Summary>;

export const problem = z
  .object({
    type: z.string().describe('The address of the explanation of the code'),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe('The error in this case'),
    code: z.enum(Object.keys(ERRORS) as ErrorCode[]),
    field: z.string().optional().describe('The invalid field'),
    limit: z.number().optional().describe('The limit that was exceeded'),
    retryAfterMs: z.number().optional().describe('Milliseconds after which to try again'),
    action: z.string().optional().describe('The action that your role does not allow'),
    role: z.string().optional().describe('The least role that it needs'),
    instance: z.string().optional().describe("Identifies this occurrence in the server's log"),
  })
  .meta({ id: 'Problem', description: 'RFC 9457, with a `code`.' }) satisfies z.ZodType<Problem>;
