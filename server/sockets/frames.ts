/**
 * Every frame that travels over a socket, both ways. Frames are JSON objects with a `type`.
 * What browsers send is checked by the schemas here; what servers send is typed here.
 * The texts inside (room, body, name) are checked by the rules of message.ts.
 */
import { z } from 'zod';
import type { ErrorCode, ErrorDetails } from '../errors.js';
import type { Author, Message } from '../message.js';
import type { RoomFrame, Snapshot } from '../rooms/room-frames.js';

/** Chosen by the client; comes back in the `ack`, `history` or `error` that answers the frame. */
const ref = z.union([z.string().max(64), z.number()]).optional();
/** Checked by the rules of message.ts, which give the code of the field. */
const text = z.unknown().optional();
/** Up to the last millisecond of the year 9999, where the database's times end. */
const position = z.object({ sent: z.number().int().min(0).max(253_402_300_799_999), id: z.string().max(64) });

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
} as const;

export type ClientFrameType = keyof typeof clientFrames;
export type ClientFrame<T extends ClientFrameType = ClientFrameType> = z.infer<(typeof clientFrames)[T]>;
export type Ref = z.infer<typeof ref>;

export type ServerFrame =
  /** First frame on every socket: who the server takes you for. */
  | { type: 'welcome'; id_socket: string; user: Author }
  /** Answers joinRoom: the newest messages, oldest first. `live: false`: they may be out of date, see roomState. */
  | ({ type: 'roomSnapshot'; ref?: Ref } & Snapshot)
  /** What happens in the rooms that one is in. */
  | RoomFrame
  /** Answers loadHistory: all there is between the first of `messages` and `before`, oldest first. */
  | { type: 'history'; ref?: Ref; room: string; messages: Message[]; hasOlder: boolean }
  /** The write is in the database. `id` is the message's. */
  | { type: 'ack'; ref?: Ref; room: string; id?: string }
  | ({ type: 'error'; ref?: Ref; room?: string; code: ErrorCode; message: string } & ErrorDetails)
  /** This server is about to stop: come back after so many milliseconds. */
  | { type: 'goingAway'; retryAfterMs: number };
