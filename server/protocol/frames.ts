/**
 * Every frame that travels over a socket, both ways. Frames are JSON objects with a `type`.
 * What browsers send is checked by the schemas here; what servers send is typed here.
 * The texts inside (room, body, name) are checked by the rules of message.ts.
 */
import { z } from 'zod';
import type { ErrorCode, ErrorDetails } from './errors.js';
import type { Author, Message, Position } from './message.js';
import type { PresenceCount, PresenceEntry, TypingEvent } from './presence.js';
import type { RoomInfo } from './room.js';
import type { RoomFrame, Snapshot } from './room-frames.js';

/** Chosen by the client; comes back in the `ack`, `history` or `error` that answers the frame. */
const ref = z.union([z.string().max(64), z.number()]).optional();
/** Checked by the rules of message.ts, which give the code of the field. */
const text = z.unknown().optional();
/** Up to the last millisecond of the year 9999, where the database's times end. */
const position = z.object({
  sent: z.number().int().min(0).max(253_402_300_799_999),
  id: z.string().max(127),
});

export const clientFrames = {
  joinRoom: z.object({ type: z.literal('joinRoom'), ref, room: text }),
  leaveRoom: z.object({ type: z.literal('leaveRoom'), ref, room: text }),
  createMessage: z.object({
    type: z.literal('createMessage'),
    ref,
    message: z.object({ id: text, room: text, body: text }),
  }),
  editMessage: z.object({ type: z.literal('editMessage'), ref, room: text, id: text, body: text }),
  deleteMessage: z.object({ type: z.literal('deleteMessage'), ref, room: text, id: text }),
  /** Messages before a position, newest last; at most 100. */
  loadHistory: z.object({
    type: z.literal('loadHistory'),
    ref,
    room: text,
    before: position,
    limit: z.number().int().min(1).max(100).default(50),
  }),
  /** The user types. Again at every key, if you like. */
  typing: z.object({ type: z.literal('typing'), room: text }),
  identityChange: z.object({ type: z.literal('identityChange'), ref, name: text }),
  /** Rooms whose presence is wanted without being in them; takes the place of those named before. */
  observePresence: z.object({
    type: z.literal('observePresence'),
    ref,
    rooms: z.array(z.unknown()).max(1000),
  }),
  markRead: z.object({ type: z.literal('markRead'), ref, room: text, position }),
  /** A token, where it came neither with the socket's address (`token`) nor as a cookie, or is about to expire. */
  authenticate: z.object({ type: z.literal('authenticate'), ref, token: z.unknown() }),
} as const;

export type ClientFrameType = keyof typeof clientFrames;
export type ClientFrame<T extends ClientFrameType = ClientFrameType> = z.infer<(typeof clientFrames)[T]>;
export type Ref = z.infer<typeof ref>;

/** Names that users have now, where they differ from what their messages say. */
export interface Names {
  names?: Record<string, string>;
}

export type ServerFrame =
  /** Who the server takes you for: first of all, or as soon as it knows. */
  | { type: 'welcome'; id_socket: string; user: Author }
  /** Answers joinRoom: the newest messages, oldest first. `live: false`: they may be out of date, see roomState. */
  | ({ type: 'roomSnapshot'; ref?: Ref } & Snapshot & Names)
  /** What happens in the rooms that one is in. */
  | RoomFrame
  /** Answers loadHistory: all there is between the first of `messages` and `before`, oldest first. */
  | ({ type: 'history'; ref?: Ref; room: string; messages: Message[]; hasOlder: boolean } & Names)
  /** The write is in the database. `id` is the message's. */
  | { type: 'ack'; ref?: Ref; room?: string; id?: string }
  | ({ type: 'error'; ref?: Ref; room?: string; code: ErrorCode; message: string } & ErrorDetails)
  /**
   * Who is in a room that one has joined or observes. `users`: all of them, else `joined` and `left` say what is
   * different (`joined` is an upsert by id_socket, also for a new name). Big rooms tell a `count` alone.
   * `partial`: other processes cannot be asked at the moment.
   */
  | {
      type: 'presence';
      room: string;
      users?: readonly PresenceEntry[];
      joined?: readonly PresenceEntry[];
      left?: readonly string[];
      count?: PresenceCount;
      partial: boolean;
    }
  /** Somebody types: to be shown for so many milliseconds, or until a message of theirs comes. */
  | ({ type: 'typing' } & TypingEvent)
  /** Somebody has another name; it counts for old messages too. */
  | { type: 'identityChange'; user: { id_user: string; name: string } }
  | { type: 'roomCreated'; room: RoomInfo }
  | { type: 'roomChanged'; room: RoomInfo }
  | { type: 'roomRemoved'; room: string }
  | { type: 'memberJoined'; room: string; user: { id_user: string; name: string | null } }
  | { type: 'memberLeft'; room: string; id_user: string }
  /** How far this user has read, on whichever socket. */
  | { type: 'read'; room: string; position: Position }
  /** This server is about to stop: come back after so many milliseconds. */
  | { type: 'goingAway'; retryAfterMs: number };
