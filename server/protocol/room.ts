import { ACCESS, type RoomAccess, type RoomInfo } from './entities.js';

export { ACCESS, type RoomAccess, type RoomInfo };

/** A room as one user sees it. A room that nobody created is open, and has no topic. */
export interface RoomEntry extends RoomInfo {
  joined: boolean;
  /** How many different users are there now; null where that is for members, and one is none. */
  users: number | null;
  /** Messages after what this user has read, counted up to `MAX_UNREAD`; null without having joined. */
  unread: number | null;
}

export interface Member {
  id_user: string;
  /** Null where nobody has said it here. */
  name: string | null;
  /** Milliseconds since 1970; null where a row written by hand has none. */
  joined: number | null;
}
