/**
 * Frames that clients send over a socket. Frames are JSON objects with a `type`; the schemas check their form, and
 * the rules of message.ts check the texts inside (room, body, name), which gives the error code of the field.
 */
import { z } from 'zod';
import { ACCESS, JOINING, MEMBER_ROLES, POSTING } from './entities.js';
import { LIMITS, MAX_ID_BYTES } from './message.js';
import { refSchema } from './server-frames.js';

export {
  PROTOCOL_VERSION,
  type Ref,
  type ServerFrame,
} from './server-frames.js';

const ref = refSchema.optional().describe('Chosen by the client; the frame that answers has the same `ref`');
/** `mandatory`: a missing text gets the error code of its field from message.ts. */
const text = (meta: Record<string, unknown> = {}) =>
  z
    .unknown()
    .optional()
    .meta({ type: 'string', mandatory: true, ...meta });
const room = text({ maxLength: LIMITS.room });
const id = text({ pattern: '^[\\w-]{1,64}$' });
/** Of a stored message, which another program may have given an id of any form. */
const messageId = text({ description: 'Id of a message' });
const emoji = text({ maxLength: 35, description: 'One emoji, at most 35 bytes in UTF-8' });
const body = text({ maxLength: LIMITS.body });
/** A file that a new message names. */
export const NAMED_FILE = {
  anyOf: [
    { type: 'string' },
    {
      type: 'object',
      properties: { id: { type: 'string' }, alt: { type: 'string', maxLength: LIMITS.fileAlt } },
      required: ['id'],
    },
  ],
} as const;
/** Up to the last millisecond of the year 9999, the maximum time of the database. */
const position = z
  .object({ sent: z.number().int().min(0).max(253_402_300_799_999), id: z.string().max(127) })
  .describe('A position: `sent` and `id` of a message');

const place = position.meta({ id: 'Place' });

export const clientFrames = {
  joinRoom: z
    .object({ type: z.literal('joinRoom'), ref, room })
    .describe("Joins a room. The answer is a `roomSnapshot`; the room's frames follow."),
  leaveRoom: z.object({ type: z.literal('leaveRoom'), ref, room }).describe('Leaves a room.'),
  listRooms: z
    .object({
      type: z.literal('listRooms'),
      ref,
      after: z
        .string()
        .max(1000)
        .nullable()
        .default(null)
        .describe('`next` of the page before; null for the first page'),
      limit: z.number().int().min(1).max(100).default(100),
    })
    .describe('Loads a page of the list of rooms. The answer is a `roomList`.'),
  createMessage: z
    .object({
      type: z.literal('createMessage'),
      ref,
      message: z.object({
        id: z.unknown().optional().meta({
          type: 'string',
          pattern: '^[\\w-]{1,64}$',
          description: 'Chosen by the client, so that a retry does not store the message twice',
        }),
        room,
        body: z.unknown().optional().meta({
          type: 'string',
          maxLength: LIMITS.body,
          description: 'May be missing or empty if the message has files',
        }),
        reply_to: z.unknown().optional().meta({
          type: 'string',
          maxLength: MAX_ID_BYTES,
          description: 'Id of the message of the same room that this one replies to',
        }),
        files: z.unknown().optional().meta({
          type: 'array',
          items: NAMED_FILE,
          maxItems: LIMITS.files,
          description:
            'Own files that were uploaded to this room and have not been sent yet: ids, or ids with descriptions',
        }),
      }),
    })
    .describe('Writes a message. The room receives it by a `deliverMessage`.'),
  editMessage: z
    .object({ type: z.literal('editMessage'), ref, room, id, body })
    .describe('Replaces the body of an own message.'),
  deleteMessage: z
    .object({ type: z.literal('deleteMessage'), ref, room, id })
    .describe('Deletes an own message.'),
  addReaction: z
    .object({ type: z.literal('addReaction'), ref, room, id: messageId, emoji })
    .describe('Reacts to a message with an emoji. Repeating it is no error.'),
  removeReaction: z
    .object({ type: z.literal('removeReaction'), ref, room, id: messageId, emoji })
    .describe('Removes an own reaction. Removing one that does not exist is no error.'),
  pinMessage: z
    .object({ type: z.literal('pinMessage'), ref, room, id: messageId })
    .describe('Pins a message in its room, for members of the room.'),
  unpinMessage: z
    .object({ type: z.literal('unpinMessage'), ref, room, id: messageId })
    .describe('Unpins a message, for members of the room.'),
  loadHistory: z
    .object({
      type: z.literal('loadHistory'),
      ref,
      room,
      before: place.optional().describe('Load the messages right before this position'),
      after: place.optional().describe('Load the messages right after this position'),
      around: z
        .string()
        .max(MAX_ID_BYTES)
        .optional()
        .describe('Load the message of this id and those around it'),
      limit: z.number().int().min(1).max(100).default(50),
    })
    .refine(
      (frame) => [frame.before, frame.after, frame.around].filter((each) => each !== undefined).length === 1,
      {
        message: 'exactly one of before, after and around is needed',
        path: ['before'],
      },
    )
    .describe(
      'Loads messages: exactly one of `before`, `after` and `around` is needed. The answer is a `history`.',
    ),
  search: z
    .object({
      type: z.literal('search'),
      ref,
      q: z.unknown().optional().meta({ type: 'string', mandatory: true, maxLength: 200 }),
      before: z
        .string()
        .max(20)
        .nullable()
        .default(null)
        .describe('`next` of the page before; null for the first page'),
      limit: z.number().int().min(1).max(50).default(20),
    })
    .describe('Searches the messages of all rooms that the user can read. The answer is `searchResults`.'),
  openView: z
    .object({
      type: z.literal('openView'),
      ref,
      view: z.string().min(1).max(64).describe('Chosen by the client: names the view in its frames'),
      q: z.unknown().optional().meta({ type: 'string', mandatory: true, maxLength: 200 }),
    })
    .describe(
      'Opens a live view of a search, or replaces the view of this name. The answer is `viewOpened`; changes follow.',
    ),
  closeView: z
    .object({ type: z.literal('closeView'), ref, view: z.string().max(64) })
    .describe('Closes a live view. Answered by an `ack`.'),
  changeRoom: z
    .object({
      type: z.literal('changeRoom'),
      ref,
      room,
      topic: text({ maxLength: LIMITS.topic, mandatory: false }),
      description: text({ maxLength: LIMITS.description, mandatory: false }),
      access: text({ mandatory: false, enum: ACCESS }),
      joining: text({ mandatory: false, enum: JOINING }),
      posting: text({ mandatory: false, enum: POSTING }),
      archived: z.unknown().optional().meta({ type: 'boolean' }),
    })
    .describe('Changes settings of a created room; those that are missing are kept. Answered by an `ack`.'),
  setRole: z
    .object({
      type: z.literal('setRole'),
      ref,
      room,
      id_user: z.string(),
      role: z.enum(MEMBER_ROLES).describe('`owner` transfers the ownership'),
    })
    .describe('Changes the role of a member. Answered by an `ack`.'),
  removeMember: z
    .object({ type: z.literal('removeMember'), ref, room, id_user: z.string() })
    .describe('Ends the membership of a user of a weaker role. Answered by an `ack`.'),
  typing: z
    .object({ type: z.literal('typing'), room })
    .describe('The user types. May be sent at each key: the server throttles it. Not answered.'),
  identityChange: z
    .object({ type: z.literal('identityChange'), ref, name: text({ maxLength: LIMITS.name }) })
    .describe('Changes the name of the user.'),
  observePresence: z
    .object({
      type: z.literal('observePresence'),
      ref,
      rooms: z.array(z.unknown().meta({ type: 'string' })).max(1000),
      activity: z
        .boolean()
        .default(false)
        .describe('Report new messages of these rooms too, by `roomActivity`'),
    })
    .describe('Observes presence in rooms without joining them. Replaces the rooms observed before.'),
  markRead: z
    .object({ type: z.literal('markRead'), ref, room, position })
    .describe(
      'Sets the read position of the user; it only moves forward. Ignored for users who are not members.',
    ),
  authenticate: z
    .object({ type: z.literal('authenticate'), ref, token: z.unknown().meta({ type: 'string' }) })
    .describe(
      'Authenticates with a bearer token that came neither with the address of the socket (`token`) nor as a cookie, ' +
        'or replaces a token that is about to expire.',
    ),
} as const;

export type ClientFrameType = keyof typeof clientFrames;
export type ClientFrame<T extends ClientFrameType = ClientFrameType> = z.infer<(typeof clientFrames)[T]>;
