import { ACCESS, type ListedRoom, type RoomAccess, type RoomInfo } from './entities.js';

export { ACCESS, type ListedRoom, type RoomAccess, type RoomInfo };

/** A room that may have been created or not. One that was not is open and has no topic. */
export interface KnownRoom extends RoomInfo {
  is_created: boolean;
}

/** A room from the view of one user. */
export interface RoomEntry extends KnownRoom {
  joined: boolean;
  /** Number of users who are present; null if the room is for members and the user is not a member. */
  users: number | null;
  /** Number of unread messages, at most `MAX_UNREAD`; null if the user is not a member. */
  unread: number | null;
  /** Number of unread messages that mention the user, at most `MAX_UNREAD`; null if the user is not a member. */
  mentions: number | null;
}

export interface Member {
  id_user: string;
  /** Null if the user has never used a name here. */
  name: string | null;
  /** Milliseconds since 1970; null for a row written by hand without a time. */
  joined: number | null;
  /** The user is in the room now, as far as is known. */
  present: boolean;
}
