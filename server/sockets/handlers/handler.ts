import type { Rooms } from '../../rooms/rooms.js';
import type { Connection } from '../connection.js';
import type { ClientFrame, ClientFrameType } from '../frames.js';

/** What handlers work with. */
export interface HandlerParts {
  rooms: Rooms;
}

/**
 * Deals with one frame of a browser. What it throws is answered with an `error` frame that carries the frame's `ref`.
 * It acknowledges what it wrote and never tells a room about it: that is the changefeed's part.
 */
export type Handler<T extends ClientFrameType> = (
  connection: Connection,
  frame: ClientFrame<T>,
  parts: HandlerParts,
) => void | Promise<void>;
