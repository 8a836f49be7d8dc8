import type { MemberRole, Role, RoomInfo } from './entities.js';

export {
  ACCESS,
  JOINING,
  type ListedRoom,
  type MemberRole,
  POSTING,
  ROLES,
  type Role,
  type RoomAccess,
  type RoomInfo,
  type RoomJoining,
  type RoomPosting,
} from './entities.js';

/** A room that may have been created or not. One that was not is open and has no topic. */
export interface KnownRoom extends RoomInfo {
  is_created: boolean;
}

/** A room from the view of one user. */
export interface RoomEntry extends KnownRoom {
  joined: boolean;
  /** Null if the user is a stranger to the room. */
  role: Exclude<Role, 'stranger'> | null;
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
  role: MemberRole;
  /** Milliseconds since 1970; null for a row written by hand without a time. */
  joined: number | null;
  /** The user is in the room now, as far as is known. */
  present: boolean;
}
