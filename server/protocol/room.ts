/** A room that was created, with what its creator said of it. Rooms need not be created to be used. */
export interface RoomInfo {
  name: string;
  topic: string;
  access: RoomAccess;
  /** Milliseconds since 1970; null where a row written by hand has none. */
  created: number | null;
  created_by: string | null;
}

export const ACCESS = ['open', 'members'] as const;

/** `open`: everybody may read and write; `members`: those who have joined. */
export type RoomAccess = (typeof ACCESS)[number];

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
