import type { Message, Position, Quote } from './frames.js';

/** The state of a room that an application has before it joins, such as messages that a page contains. */
export interface RoomInitialState {
  /** Oldest first. Shown until the server has verified them. */
  messages?: readonly Message[];
  hasOlder?: boolean;
  /** The messages are an older part of the history, such as those around one of them. */
  hasNewer?: boolean;
  /** Messages to which these reply, by id. */
  quoted?: Record<string, Quote | null>;
  /** Current names of authors by `id_user`. */
  names?: Record<string, string>;
  /** The read position that the server knows. */
  readPosition?: Position | null;
}
