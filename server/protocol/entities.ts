/**
 * The objects within frames and REST answers. Types are inferred from the schemas; descriptions appear in the
 * generated documents.
 */
import { z } from 'zod';
import { NOTIFICATION_LEVELS } from './notifications.js';
import { CLOCKS, DENSITIES, LANGUAGE_CHOICES, THEMES } from './user-settings.js';

export const KINDS = ['message', 'action', 'bot', 'system'] as const;
export type Kind = (typeof KINDS)[number];

/** From the least strict to the strictest. */
export const ACCESS = ['open', 'members', 'private'] as const;
/** `open`: all users may read and write; `members`: only members may; `private`: only members know that the room exists. */
export type RoomAccess = (typeof ACCESS)[number];

export const JOINING = ['self', 'request'] as const;
/** How users become members of a room for members: by themselves, or when a moderator accepts their request. */
export type RoomJoining = (typeof JOINING)[number];

export const POSTING = ['all', 'moderators'] as const;
/** Which users with access to a room may write in it. */
export type RoomPosting = (typeof POSTING)[number];

/** From weak to strong. `operator`: named by the setting `ADMINS`, in all rooms. */
export const ROLES = ['stranger', 'member', 'moderator', 'owner', 'operator'] as const;
export type Role = (typeof ROLES)[number];

export const MEMBER_ROLES = ['member', 'moderator', 'owner'] as const;
/** The role of a member. */
export type MemberRole = (typeof MEMBER_ROLES)[number];

export const time = z.int().meta({ description: 'Milliseconds since 1970', examples: [1732000000123] });
export const id_user = z
  .string()
  .meta({ description: 'Id of a user', examples: ['5f1c2f0e-6f0a-4f6e-9a39-0c9a3d1c8f57'] });
export const personName = z.string().meta({ examples: ['Ada'] });
export const roomName = z.string().meta({ examples: ['lobby'] });
export const messageId = z.string().meta({ examples: ['0193e0f2-7b7c-7000-8000-3b1fd5c0ffee'] });

export const author = z
  .object({
    id_user: id_user
      .nullable()
      .describe('Null if the author is unknown, as in a row typed into a ReQL console'),
    name: personName,
  })
  .meta({ id: 'Author', description: 'The author of a message, or the user of a socket.' });
export type Author = z.infer<typeof author>;

export const user = z
  .object({ id_user, name: personName })
  .meta({ id: 'User', description: 'A user under the current name.' });

export type User = z.infer<typeof user>;

export const reaction = z
  .object({
    emoji: z.string().meta({ examples: ['👍'] }),
    count: z.int().describe('Number of users who reacted with it'),
    id_users: z
      .array(id_user)
      .readonly()
      .describe('The first of these users: at most 20 of an emoji, and 60 of a message'),
  })
  .meta({ id: 'Reaction', description: 'An emoji with which users reacted to a message.' });
export type Reaction = z.infer<typeof reaction>;

export const pin = z
  .object({
    id_user: id_user.nullable().describe('The user who pinned it; null for a row without a user'),
    at: time.nullable(),
  })
  .meta({ id: 'Pin', description: 'The message is pinned in its room.' });
export type Pin = z.infer<typeof pin>;
export const fileId = z.string().meta({ examples: ['0193e0f2-8c11-7000-8000-5d0a7c1b0f11'] });

export const messageFile = z
  .object({
    id: fileId,
    name: z.string().meta({ examples: ['harbour.jpg'] }),
    type: z
      .string()
      .describe(
        'By its content. Images that pages show are `image/png`, `image/jpeg`, `image/gif` or `image/webp`',
      )
      .meta({ examples: ['image/jpeg'] }),
    size: z.int().describe('In bytes'),
    width: z.int().optional().describe('Of an image, in pixels'),
    height: z.int().optional(),
    animated: z.boolean().optional().describe('True for an image that moves'),
    alt: z
      .string()
      .optional()
      .describe('Description for readers who cannot see an image; its name, if absent')
      .meta({ examples: ['Boats in a harbour at dusk'] }),
  })
  .meta({ id: 'MessageFile', description: 'A file of a message, at `/api/rooms/:room/files/:id`.' });
/** A file as messages name it. */
export type MessageFile = z.infer<typeof messageFile>;

export const message = z
  .object({
    id: messageId,
    room: roomName,
    body: z
      .string()
      .meta({ examples: ['hello'] })
      .describe('Mentions a user as `<@id_user>`'),
    sent: time,
    author,
    kind: z.enum(KINDS),
    edited: time.optional().describe('Time of the last edit; absent if never edited'),
    files: z
      .array(messageFile)
      .optional()
      .describe('Its files; absent without any. `body` may be empty then'),
    reply_to: messageId.optional().describe('The message of the same room that this one replies to'),
    reactions: z
      .array(reaction)
      .readonly()
      .optional()
      .describe('In the order in which the emoji were first used, at most 20; absent without reactions'),
    pinned: pin.optional().describe('Absent if not pinned'),
  })
  .meta({ id: 'Message', description: 'Messages of a room are ordered by `(sent, id)`.' });
/** A message as browsers, REST and rooms see it. */
export type Message = z.infer<typeof message>;

/** Characters of a message that a quote contains. */
export const MAX_QUOTE_LENGTH = 300;

export const quote = z
  .object({
    id: messageId,
    body: z.string().describe(`The first ${MAX_QUOTE_LENGTH} characters of the body`),
    sent: time,
    author,
    kind: z.enum(KINDS),
  })
  .meta({ id: 'Quote', description: 'The beginning of a message that another one replies to.' });
export type Quote = z.infer<typeof quote>;

export const quotes = z
  .record(z.string(), quote.nullable())
  .describe('Messages that others reply to, by id; null if the room has no such message (any more)');
/** By the id of the message; null if it does not exist. */
export type Quotes = z.infer<typeof quotes>;

export const position = z
  .object({ sent: time, id: messageId })
  .meta({ id: 'Position', description: 'The position of a message in its room.' });
export type Position = z.infer<typeof position>;

export const viewMessage = z
  .object({
    message,
    marks: z
      .array(z.object({ start: z.int(), end: z.int() }))
      .describe('Parts of the body that match, in UTF-16 code units'),
  })
  .meta({ id: 'ViewMessage', description: 'A message of a live view.' });
export type ViewMessage = z.infer<typeof viewMessage>;

export const searchResult = z
  .object({
    ...viewMessage.shape,
    previous: message
      .nullable()
      .describe('The message of the room right before; null if there is no such message'),
    next: message
      .nullable()
      .describe('The message of the room right after; null if there is no such message'),
  })
  .meta({ id: 'SearchResult', description: 'A message that was found, with the messages around it.' });
export type SearchResult = z.infer<typeof searchResult>;

export const indexed = z
  .int()
  .describe('Percent of the messages that were searched: less than 100 while the index is being built');

export const roomInfo = z
  .object({
    name: roomName,
    topic: z.string().meta({ examples: ['Recipes and menus'] }),
    description: z.string().optional().describe('Absent in lists of rooms'),
    access: z.enum(ACCESS),
    joining: z.enum(JOINING).describe('In a room with `access: members`: how users join'),
    posting: z.enum(POSTING).describe('`moderators`: only they write, others read'),
    archived: time.nullable().describe('Since when the room can only be read; null if it is not archived'),
    created: time.nullable().describe('Null for a row written by hand without a time'),
    created_by: id_user.nullable(),
    owner: id_user.nullable().describe('The owner, as long as this user is a member'),
  })
  .meta({ id: 'RoomInfo', description: 'A created room. Rooms need not be created to be used.' });
export type RoomInfo = z.infer<typeof roomInfo>;

export const listedRoom = z
  .object({
    name: roomName,
    topic: z.string().meta({ examples: ['Recipes and menus'] }),
    access: z.enum(ACCESS),
    is_created: z.boolean().describe('False for a room that is used without having been created'),
    users: z.int().nullable().describe('People in the room; null for a room for members'),
  })
  .meta({ id: 'ListedRoom', description: 'A room as all users see it.' });
export type ListedRoom = z.infer<typeof listedRoom>;

export const presenceEntry = z.object({ id_socket: z.string(), id_user, name: personName }).meta({
  id: 'PresenceEntry',
  description: 'One socket in one room. A user with three tabs has three entries.',
});
export type PresenceEntry = z.infer<typeof presenceEntry>;

export const presenceCount = z
  .object({ sockets: z.int(), users: z.int().describe('Different users') })
  .meta({ id: 'PresenceCount', description: 'Number of sockets and users in a room.' });
export type PresenceCount = z.infer<typeof presenceCount>;

const notificationLevel = z.enum(NOTIFICATION_LEVELS).meta({
  id: 'NotificationLevel',
  description: 'Messages of a room that notify: all, mentions of the user, none.',
});

export const notificationSettings = z
  .object({
    level: notificationLevel.describe('For rooms that the user follows'),
    rooms: z
      .record(z.string(), notificationLevel)
      .describe(
        'Levels of single rooms, by name. In rooms that the user does not follow, only mentions notify',
      ),
    sound: z.boolean().describe('Pages make a sound'),
    paused_until: time.nullable().describe('Do not disturb before this time; null: not paused'),
    quiet: z
      .object({
        from: z.string().describe('`HH:MM`'),
        to: z.string().describe('`HH:MM`'),
        zone: z.string().describe('Time zone, such as `Europe/Berlin`'),
      })
      .nullable()
      .describe('Do not disturb at these hours of each day; null: at no hours'),
  })
  .meta({ id: 'NotificationSettings', description: 'Which messages notify a user, and when.' });

export const userSettings = z
  .object({
    theme: z.enum(THEMES).describe('`system`: as the device is set'),
    density: z.enum(DENSITIES).describe('`compact`: more messages on a screen'),
    clock: z.enum(CLOCKS).describe('Hours of a day; `auto`: as the language does'),
    language: z.enum(LANGUAGE_CHOICES).describe('Of pages; `auto`: as the browser prefers'),
    notifications: notificationSettings,
  })
  .meta({ id: 'UserSettings', description: 'The settings of a user, with the defaults of those not set.' });
