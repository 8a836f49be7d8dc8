/**
 * Frames from the server to clients. The schemas are not applied at run time: they declare the types, and
 * docs/socket-protocol.md and the types of packages/client are generated from them.
 */
import { z } from 'zod';
import {
  author,
  id_user,
  listedRoom,
  MEMBER_ROLES,
  message,
  messageId,
  personName,
  pin,
  position,
  presenceCount,
  presenceEntry,
  reaction,
  roomInfo,
  roomName,
  time,
  user,
  userSettings,
} from './entities.js';
import { ERRORS, type ErrorCode } from './errors.js';
import { isLive, names, quoted, ref } from './frame-fields.js';
import { searchFrames } from './search-frames.js';

export { type Ref, refSchema } from './frame-fields.js';

/**
 * Version of the socket protocol, sent in `welcome`. The major number changes when a client of the old version cannot
 * work any more, the minor number when frames or fields are added.
 */
export const PROTOCOL_VERSION = '1.2';

const errorCode = z
  .enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]])
  .meta({ id: 'ErrorCode', description: 'See [errors.md](errors.md).' });
const retryAfterMs = z.number().describe('Milliseconds after which to retry');

/** Frames that a room sends to its subscribers, over sockets and as server-sent events. */
export const roomFrames = {
  deliverMessage: z
    .object({ type: z.literal('deliverMessage'), message })
    .describe('A new or changed message: an upsert by id.'),
  removeMessage: z
    .object({ type: z.literal('removeMessage'), room: roomName, id: messageId })
    .describe('The message was deleted.'),
  annotationsChanged: z
    .object({
      type: z.literal('annotationsChanged'),
      room: roomName,
      id: messageId,
      reactions: z.array(reaction).readonly().describe('All reactions of the message'),
      pinned: pin.nullable().describe('Null if it is not pinned'),
      names: z.record(z.string(), z.string()).describe('Current names of the users in it, by `id_user`'),
    })
    .describe(
      'Reactions or the pin of a message changed. Messages that the client does not hold are ignored.',
    ),
  references: z
    .object({ type: z.literal('references'), room: roomName, quoted, names })
    .describe(
      'References of messages that were delivered before: older messages to which they reply, and names of mentioned users.',
    ),
  roomResync: z
    .object({ type: z.literal('roomResync'), room: roomName, from: position.nullable() })
    .describe(
      'Changes of this room may have been missed. All messages at or after `from` are exact (earlier frames brought ' +
        'them up to date); the client has to load older messages again. `from: null`: nothing is older.',
    ),
  roomState: z
    .object({ type: z.literal('roomState'), room: roomName, live: isLive })
    .describe("The room's changefeed is interrupted (`live: false`) or runs again."),
} as const;

const member = z.object({ id_user, name: personName.nullable().describe('Null if unknown') });
const noticedAt = time.describe('When the server noticed the change, in milliseconds since 1970');

/** Frames about the members of a room, over sockets and as server-sent events. */
export const memberFrames = {
  memberJoined: z
    .object({ type: z.literal('memberJoined'), room: roomName, user: member, at: noticedAt })
    .describe('A user became a member of a joined room, or the own user became a member of any room.'),
  memberLeft: z
    .object({
      type: z.literal('memberLeft'),
      room: roomName,
      id_user: id_user.describe('The same as `user.id_user`'),
      user: member,
      at: noticedAt,
    })
    .describe('A user is no longer a member.'),
  membersChanged: z
    .object({
      type: z.literal('membersChanged'),
      room: roomName,
      joined: z.int().describe('Number of users who became members'),
      left: z.int().describe('Number of users who are no longer members'),
      at: noticedAt,
    })
    .describe(
      'More users became members of a joined room, or left it, in one second than are reported by name. Not in these ' +
        'numbers are those that `memberJoined` and `memberLeft` have reported.',
    ),
} as const;

export const serverFrames = {
  welcome: z
    .object({
      type: z.literal('welcome'),
      protocol: z
        .string()
        .meta({ description: 'Version of this protocol, `major.minor`', examples: [PROTOCOL_VERSION] }),
      id_socket: z.string(),
      user: author,
      token: z
        .string()
        .optional()
        .describe(
          'Authenticates this guest from now on, as a bearer token. Only for a guest that was created for this socket, ' +
            'because it had neither a cookie nor a token',
        ),
    })
    .describe('The socket is authenticated as `user`. Sent first, or as soon as the user is known.'),
  roomSnapshot: z
    .object({
      type: z.literal('roomSnapshot'),
      ref,
      room: roomName,
      messages: z.array(message).readonly().describe('Oldest first'),
      hasOlder: z.boolean().describe('The table holds messages before the first'),
      live: isLive,
      names,
      quoted,
    })
    .describe('Answers `joinRoom`: the newest messages of the room.'),
  ...roomFrames,
  history: z
    .object({
      type: z.literal('history'),
      ref,
      room: roomName,
      messages: z.array(message).describe('Oldest first'),
      hasOlder: z.boolean().describe('The table holds messages before the first'),
      hasNewer: z.boolean().describe('The table holds messages after the last'),
      names,
      quoted,
    })
    .describe(
      'Answers `loadHistory`: all messages of the room from the first to the last of `messages`, without a gap up to ' +
        '`before`, or from `after` on.',
    ),
  ...searchFrames,
  ack: z
    .object({
      type: z.literal('ack'),
      ref,
      room: roomName.optional(),
      id: messageId.optional().describe('Id of the written message'),
    })
    .describe('The frame was handled. For a write: it is stored in the database.'),
  error: z
    .object({
      type: z.literal('error'),
      ref,
      room: roomName.optional(),
      code: errorCode,
      message: z.string(),
      field: z.string().optional().describe('The field at fault'),
      limit: z.number().optional().describe('The limit that was exceeded, in the unit that `message` names'),
      retryAfterMs: retryAfterMs.optional(),
      action: z.string().optional().describe('The action that the role of the user does not allow'),
      role: z.string().optional().describe('The least role that it needs'),
    })
    .describe('A frame was refused (`ref`), or a right has ended.'),
  presence: z
    .object({
      type: z.literal('presence'),
      room: roomName,
      users: z.array(presenceEntry).readonly().optional().describe('All sockets in the room'),
      joined: z
        .array(presenceEntry)
        .readonly()
        .optional()
        .describe('Upsert by `id_socket`, also for a changed name'),
      left: z.array(z.string()).readonly().optional().describe('Each an `id_socket`'),
      count: presenceCount.optional(),
      partial: z
        .boolean()
        .describe('Other processes cannot be reached: people may be missing, or shown although they left'),
    })
    .describe(
      'Presence in a joined or observed room: all sockets (`users`), or the difference (`joined`, `left`). ' +
        'Large rooms send only a `count`.',
    ),
  roomActivity: z
    .object({
      type: z.literal('roomActivity'),
      room: roomName.nullable().describe('Null: activity in any observed room may have been missed'),
      messages: z
        .number()
        .nullable()
        .describe(
          'New messages since the last report; null: unknown, such as after a deletion. Count them again',
        ),
      newest: position.nullable().describe('The newest of them'),
      authors: z.array(id_user.nullable()).readonly().describe('The first ten authors of them'),
      mentions: z
        .record(z.string(), z.int())
        .optional()
        .describe('How many of them mention a user, by `id_user`; absent if no user is mentioned'),
    })
    .describe(
      'Messages were written in a room that is observed with `activity`, at most two frames per second and room; or a message mentions the user in a room that the socket neither observes nor has joined.',
    ),
  userTyping: z
    .object({
      type: z.literal('userTyping'),
      room: roomName,
      user,
      forMs: z.number().describe('Milliseconds to show the indicator, unless a message of the user arrives'),
    })
    .describe(
      'Another user types in a joined room. No socket of the typing user receives it, in any process.',
    ),
  identityChanged: z
    .object({ type: z.literal('identityChanged'), user })
    .describe('A user has a new name, which applies to old messages too.'),
  settingsChanged: z
    .object({ type: z.literal('settingsChanged'), settings: userSettings })
    .describe('The settings of the own user, changed on any socket or by any program.'),
  roomList: z
    .object({
      type: z.literal('roomList'),
      ref,
      rooms: z.array(listedRoom).readonly().describe('In the order of their names'),
      next: roomName
        .nullable()
        .describe('The `after` of the `listRooms` that loads the next page; null on the last page'),
    })
    .describe(
      'Rooms that were created or have messages. Follows `welcome` with the first page, unless the database is ' +
        'unavailable, and answers `listRooms`. Changes of created rooms follow as `roomCreated`, `roomChanged` and ' +
        '`roomRemoved`.',
    ),
  roomCreated: z.object({ type: z.literal('roomCreated'), room: roomInfo }).describe('A room was created.'),
  roomChanged: z
    .object({ type: z.literal('roomChanged'), room: roomInfo })
    .describe('Topic or access of a room changed.'),
  roomRemoved: z
    .object({ type: z.literal('roomRemoved'), room: roomName })
    .describe('The row of a created room was deleted.'),
  ...memberFrames,
  roleChanged: z
    .object({
      type: z.literal('roleChanged'),
      room: roomName,
      id_user,
      role: z.enum(MEMBER_ROLES),
    })
    .describe('A member of a joined room has another role, or the own user in any room.'),
  read: z
    .object({ type: z.literal('read'), room: roomName, position })
    .describe('The read position of the own user, set on any socket.'),
  goingAway: z
    .object({ type: z.literal('goingAway'), retryAfterMs })
    .describe('The server stops. Connect again after `retryAfterMs`.'),
} as const;

export type ServerFrame = z.infer<(typeof serverFrames)[keyof typeof serverFrames]>;
export type MemberFrame = z.infer<(typeof memberFrames)[keyof typeof memberFrames]>;
export type RoomFrame = z.infer<(typeof roomFrames)[keyof typeof roomFrames]>;
/** The newest messages of a room, oldest first. */
export type Snapshot = Omit<z.infer<typeof serverFrames.roomSnapshot>, 'type' | 'ref' | 'names' | 'quoted'>;
/** A typing event of a user, valid for `forMs` milliseconds. There is no event for the end. */
export type TypingEvent = Omit<z.infer<typeof serverFrames.userTyping>, 'type'>;
