/**
 * The fields of the tables. Values are `unknown` because any driver may have written a row; each table's parse function
 * (`toMessage`, `toRoomInfo` …) checks them where a row enters the server. Fields that are not listed are left alone.
 */

/** `messages`: the write hook completes and checks it. */
export interface MessageRow {
  id: unknown;
  room: unknown;
  body: unknown;
  author?: { id_user?: unknown; name?: unknown };
  kind?: unknown;
  sent?: unknown;
  edited?: unknown;
  /** Id of the message that this one replies to. */
  reply_to?: unknown;
  /** As `MessageFile`: repeated here, so that a delivery needs no further query. */
  files?: unknown;
}

/** `files`: uploaded files. A row without `size` is an upload that has not ended. */
export interface FileRow {
  id: unknown;
  room?: unknown;
  id_user?: unknown;
  name?: unknown;
  type?: unknown;
  size?: unknown;
  /** Bytes that an upload may still need. */
  reserved?: unknown;
  width?: unknown;
  height?: unknown;
  animated?: unknown;
  /** Description for readers who cannot see the image. */
  alt?: unknown;
  has_thumbnail?: unknown;
  /** Bytes of each chunk but the last. Without it, parts of the file cannot be requested. */
  chunk_size?: unknown;
  created?: unknown;
}

/** `file_chunks`: the content of files. The primary key is `[file, n]`, from 0; n = -1 is the whole thumbnail. */
export interface FileChunkRow {
  id: unknown;
  data?: unknown;
}

/** `rooms`: `name` is missing where the primary key is the name. */
export interface RoomRow {
  id: unknown;
  name?: unknown;
  /** Keys that names which look alike share: see protocol/text/name-key.ts. */
  name_key?: unknown;
  topic?: unknown;
  description?: unknown;
  access?: unknown;
  joining?: unknown;
  posting?: unknown;
  /** Since when the room can only be read. */
  archived?: unknown;
  created?: unknown;
  created_by?: unknown;
  /** Id of the owner; missing where the creator owns the room. */
  owner?: unknown;
}

/** `memberships`: `room` and `id_user` are missing where the primary key is `[room, id_user]`. */
export interface MembershipRow {
  id: unknown;
  room?: unknown;
  id_user?: unknown;
  joined?: unknown;
  /** `moderator`, or missing. */
  role?: unknown;
  read?: { sent?: unknown; id?: unknown } | null;
}

/**
 * `invitations`: the primary key is the SHA-256 digest of the token in the link, in hexadecimal digits. Deleting the row
 * revokes the invitation.
 */
export interface InvitationRow {
  id: unknown;
  room?: unknown;
  by?: unknown;
  created?: unknown;
  /** Missing or null: it does not expire. */
  expires?: unknown;
  /** Missing or null: any number of users may join. */
  uses_left?: unknown;
  uses?: unknown;
  /** The only user who may join. */
  id_user?: unknown;
}

/** `join_requests`: the primary key is `[room, id_user]`, or a digest of it. */
export interface JoinRequestRow {
  id: unknown;
  room?: unknown;
  id_user?: unknown;
  text?: unknown;
  created?: unknown;
}

/**
 * `reactions`: one row for each user and emoji of a message. The primary key is `[id_message, id_user, emoji]`, or a digest of
 * it where it is too long for a key; then the three are fields.
 */
export interface ReactionRow {
  id: unknown;
  id_message?: unknown;
  id_user?: unknown;
  emoji?: unknown;
  /** The room of the message, for changefeeds. */
  room?: unknown;
  created?: unknown;
}

/** `pins`: pinned messages. The primary key is the id of the message. */
export interface PinRow {
  id: unknown;
  room?: unknown;
  /** The user who pinned the message. */
  id_user?: unknown;
  created?: unknown;
}

/** `users`: one row for each user with a name. */
export interface UserRow {
  id: unknown;
  name?: unknown;
  name_key?: unknown;
  /** When the user got a name of this key. */
  named?: unknown;
  /** Digits that distinguish the user from another one whose name looks alike. */
  tag?: unknown;
  /** When the issuer of tokens gave the name, in milliseconds since 1970. */
  given?: unknown;
  playground?: unknown;
}

/** `user_settings`: one row for each user with a setting that is not the default. `id` is the id of the user. */
export interface UserSettingsRow {
  id: unknown;
  theme?: unknown;
  density?: unknown;
  clock?: unknown;
  language?: unknown;
  /** As `NotificationSettings`. */
  notifications?: unknown;
}

/**
 * `push_subscriptions`: browsers to which notifications are pushed. The primary key is a digest of the endpoint, which is a
 * secret of the browser.
 */
export interface PushSubscriptionRow {
  id: unknown;
  id_user?: unknown;
  /** Address at the push service of the browser. */
  endpoint?: unknown;
  /** Public key and secret of the browser: base64url. */
  keys?: { p256dh?: unknown; auth?: unknown };
  /** Of the pages, by its tag. */
  language?: unknown;
  /** Host of the page. */
  host?: unknown;
  /** Id of the session on the page; null without one. */
  session?: unknown;
  /** When a page confirmed the subscription last. */
  created?: unknown;
}

/**
 * `credentials`: how a guest gets a name back. Deleting the last row of a user releases the name. The primary key is a digest:
 * of the id of a passkey, or of a recovery code, which cannot be derived from it.
 */
export interface CredentialRow {
  id: unknown;
  id_user?: unknown;
  /** `passkey` or `recovery`. */
  kind?: unknown;
  created?: unknown;
  /** When a browser last got the name back by it. */
  used?: unknown;
  /** Browser and system with which it was created: `Firefox, Linux`. */
  device?: unknown;
  /** Of a passkey: its id, public key (COSE, base64url), signature counter, transports, and the host that it is for. */
  credential_id?: unknown;
  public_key?: unknown;
  counter?: unknown;
  transports?: unknown;
  host?: unknown;
  /** When the last challenge that it has signed was issued, in milliseconds since 1970. Earlier ones are not accepted. */
  challenged?: unknown;
}

/**
 * `sessions`: logins on the page, and browsers of guests with a secured name. Deleting a row ends the session. The primary key is a digest of the browser's cookie,
 * which cannot be derived from it.
 */
export interface SessionRow {
  id: unknown;
  id_user?: unknown;
  name?: unknown;
  created?: unknown;
  /** `guest`: of a guest with a secured name. */
  kind?: unknown;
  /** Browser and system of a guest: `Firefox, Linux`. */
  device?: unknown;
  /** When the issuer stated the name. Missing where it stated none. */
  issued?: unknown;
  /** When the issuer last confirmed the login. */
  refreshed?: unknown;
  /** When this confirmation expires. */
  expires?: unknown;
  /** When the session ends, and its row is deleted. */
  ends?: unknown;
  /** Refresh token and ID token of the issuer, or a token of a login page: encrypted, with `SESSION_SECRET`. */
  refresh_token?: unknown;
  id_token?: unknown;
  token?: unknown;
  /** The attempt to refresh that is in progress, and when it began. */
  claimed_by?: unknown;
  claimed?: unknown;
}

/** `commands`: which process dispatches a command to a bot. */
export interface CommandRow {
  id: unknown;
  by: unknown;
  claimed: unknown;
  passed: unknown;
}

/** `nodes`: a row for the heartbeat of each process, and rows for tasks of one process at a time. */
export interface NodeRow {
  id: unknown;
  beat?: unknown;
  at?: unknown;
  repair?: unknown;
  swept?: unknown;
  /** The process that pushes notifications, until when, and the time up to which messages were pushed. */
  pushed_by?: unknown;
  until?: unknown;
  seen?: unknown;
}
