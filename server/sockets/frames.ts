/**
 * Every frame that travels over a socket, both ways. Frames are JSON objects with a `type`.
 * What browsers send is checked by the schemas here; what servers send is typed here.
 * The texts inside (room, body, name) are checked by the rules of rooms/message.ts.
 */
import { z } from 'zod';
import type { ErrorCode } from '../errors.js';
import type { Author, Message, Position } from '../message.js';

/** Chosen by the client; comes back in the `ack`, `history` or `error` that answers the frame. */
const ref = z.union([z.string().max(64), z.number()]).optional();
const room = z.unknown();
const position = z.object({ sent: z.number(), id: z.string().max(64) });

export const clientFrames = {
  joinRoom: z.object({ type: z.literal('joinRoom'), ref, room }),
  leaveRoom: z.object({ type: z.literal('leaveRoom'), ref, room }),
  createMessage: z.object({
    type: z.literal('createMessage'),
    ref,
    message: z.object({ id: z.unknown().optional(), room, body: z.unknown() }),
  }),
  editMessage: z.object({ type: z.literal('editMessage'), ref, room, id: z.unknown(), body: z.unknown() }),
  deleteMessage: z.object({ type: z.literal('deleteMessage'), ref, room, id: z.unknown() }),
  /** Messages before a position, newest last; at most 100. */
  loadHistory: z.object({
    type: z.literal('loadHistory'),
    ref,
    room,
    before: position,
    limit: z.number().int().min(1).max(100).default(50),
  }),
} as const;

export type ClientFrameType = keyof typeof clientFrames;
export type ClientFrame<T extends ClientFrameType = ClientFrameType> = z.infer<(typeof clientFrames)[T]>;
export type Ref = z.infer<typeof ref>;

export interface RoomUser {
  id_socket: string;
  id_user: string;
  name: string;
}

export type ServerFrame =
  /** First frame on every socket: who the server takes you for. */
  | { type: 'welcome'; id_socket: string; user: Author }
  /** Answers joinRoom: the latest messages, oldest first. `hasOlder`: there are more before the first. */
  | {
      type: 'roomSnapshot';
      ref?: Ref;
      room: string;
      messages: Message[];
      users: RoomUser[];
      hasOlder: boolean;
    }
  /** A new or changed message: an upsert by id. */
  | { type: 'deliverMessage'; message: Message }
  | { type: 'removeMessage'; room: string; id: string }
  /**
   * Changes of this room may have been missed. Everything from `from` on is exact again (the frames before this
   * one saw to it); what a client holds from before it has to be loaded again. `from: null`: nothing is older.
   */
  | { type: 'roomResync'; room: string; from: Position | null }
  /** Answers loadHistory: all there is between the first of `messages` and `before`, oldest first. */
  | { type: 'history'; ref?: Ref; room: string; messages: Message[]; hasOlder: boolean }
  /** The write is in the database. */
  | { type: 'ack'; ref?: Ref; id?: string; room?: string }
  | {
      type: 'error';
      ref?: Ref;
      code: ErrorCode;
      message: string;
      field?: string;
      limit?: number;
      retryAfterMs?: number;
    }
  /** The room's feed is interrupted (`live: false`) or runs again. */
  | { type: 'roomState'; room: string; live: boolean }
  /** This server is about to stop: come back after so many milliseconds. */
  | { type: 'goingAway'; retryAfterMs: number };
