import type { Message, Position } from './message.js';

/** What a room tells whoever follows it, by socket or as Server-Sent Events. */
export type RoomFrame =
  /** A new or changed message: an upsert by id. */
  | { type: 'deliverMessage'; message: Message }
  | { type: 'removeMessage'; room: string; id: string }
  /**
   * Changes of this room may have been missed. Everything from `from` on is exact again (the frames before this
   * one saw to it); what a client holds from before it has to be loaded again. `from: null`: nothing is older.
   */
  | { type: 'roomResync'; room: string; from: Position | null }
  /** The room's feed is interrupted (`live: false`) or runs again. */
  | { type: 'roomState'; room: string; live: boolean };

/** The newest messages of a room, oldest first. */
export interface Snapshot {
  room: string;
  messages: readonly Message[];
  /** The table holds more before the first. */
  hasOlder: boolean;
  /** False while the room's feed is interrupted: the messages may be out of date. */
  live: boolean;
}
