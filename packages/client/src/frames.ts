/**
 * Frames of the socket protocol. Generated from the schemas in server/protocol by `npm run docs:protocol`: do not
 * edit. docs/socket-protocol.md describes the frames.
 */

/** Version of the protocol, `major.minor`. A client works with servers of the same major version. */
export const PROTOCOL_VERSION = '1.2';

/** A position: `sent` and `id` of a message */
export interface Place {
  sent: number;
  id: string;
}

/** The author of a message, or the user of a socket. */
export interface Author {
  /** Null if the author is unknown, as in a row typed into a ReQL console */
  id_user: string | null;
  name: string;
}

/** Messages of a room are ordered by `(sent, id)`. */
export interface Message {
  id: string;
  room: string;
  /** Mentions a user as `<@id_user>` */
  body: string;
  /** Milliseconds since 1970 */
  sent: number;
  author: Author;
  kind: 'message' | 'action' | 'bot' | 'system';
  /** Time of the last edit; absent if never edited */
  edited?: number | undefined;
  /** Its files; absent without any. `body` may be empty then */
  files?: MessageFile[] | undefined;
  /** The message of the same room that this one replies to */
  reply_to?: string | undefined;
  /** In the order in which the emoji were first used, at most 20; absent without reactions */
  reactions?: readonly Reaction[] | undefined;
  /** Absent if not pinned */
  pinned?: Pin | undefined;
}

/** A file of a message, at `/api/rooms/:room/files/:id`. */
export interface MessageFile {
  id: string;
  name: string;
  /** By its content. Images that pages show are `image/png`, `image/jpeg`, `image/gif` or `image/webp` */
  type: string;
  /** In bytes */
  size: number;
  /** Of an image, in pixels */
  width?: number | undefined;
  height?: number | undefined;
  /** True for an image that moves */
  animated?: boolean | undefined;
  /** Description for readers who cannot see an image; its name, if absent */
  alt?: string | undefined;
}

/** An emoji with which users reacted to a message. */
export interface Reaction {
  emoji: string;
  /** Number of users who reacted with it */
  count: number;
  /** The first of these users: at most 20 of an emoji, and 60 of a message */
  id_users: readonly string[];
}

/** The message is pinned in its room. */
export interface Pin {
  /** The user who pinned it; null for a row without a user */
  id_user: string | null;
  at: number | null;
}

/** The beginning of a message that another one replies to. */
export interface Quote {
  id: string;
  /** The first 300 characters of the body */
  body: string;
  /** Milliseconds since 1970 */
  sent: number;
  author: Author;
  kind: 'message' | 'action' | 'bot' | 'system';
}

/** The position of a message in its room. */
export interface Position {
  /** Milliseconds since 1970 */
  sent: number;
  id: string;
}

/** A message that was found, with the messages around it. */
export interface SearchResult {
  message: Message;
  /** Parts of the body that match, in UTF-16 code units */
  marks: {
    start: number;
    end: number;
  }[];
  /** The message of the room right before; null if there is no such message */
  previous: Message | null;
  /** The message of the room right after; null if there is no such message */
  next: Message | null;
}

/** A message of a live view. */
export interface ViewMessage {
  message: Message;
  /** Parts of the body that match, in UTF-16 code units */
  marks: {
    start: number;
    end: number;
  }[];
}

/** See [errors.md](errors.md). */
export type ErrorCode =
  | 'bad-json'
  | 'bad-frame'
  | 'unknown-frame'
  | 'frame-too-large'
  | 'bad-request'
  | 'bad-target'
  | 'bad-http'
  | 'bad-upgrade'
  | 'bad-host'
  | 'headers-too-large'
  | 'request-timeout'
  | 'body-too-large'
  | 'unsupported-media-type'
  | 'not-acceptable'
  | 'method-not-allowed'
  | 'local-only'
  | 'not-found'
  | 'bad-room'
  | 'bad-body'
  | 'too-many-marks'
  | 'too-many-mentions'
  | 'bad-name'
  | 'bad-id'
  | 'bad-cursor'
  | 'bad-reply'
  | 'bad-query'
  | 'bad-limit'
  | 'bad-emoji'
  | 'too-many-reactions'
  | 'too-many-pins'
  | 'members-only'
  | 'login-required'
  | 'bad-token'
  | 'token-expired'
  | 'session-ended'
  | 'login-failed'
  | 'bad-origin'
  | 'id-taken'
  | 'room-exists'
  | 'room-in-use'
  | 'not-a-member'
  | 'no-such-room'
  | 'not-allowed'
  | 'read-only'
  | 'archived'
  | 'request-needed'
  | 'bad-topic'
  | 'bad-description'
  | 'no-such-invitation'
  | 'too-many-invitations'
  | 'no-such-request'
  | 'too-many-requests'
  | 'no-such-member'
  | 'bad-access'
  | 'bad-setting'
  | 'bad-subscription'
  | 'push-off'
  | 'no-such-user'
  | 'playground-off'
  | 'no-such-message'
  | 'name-taken'
  | 'too-many-credentials'
  | 'no-such-credential'
  | 'no-such-session'
  | 'name-is-given'
  | 'no-such-file'
  | 'bad-alt'
  | 'bad-file'
  | 'file-too-large'
  | 'file-storage-full'
  | 'not-yours'
  | 'not-joined'
  | 'too-many-sockets'
  | 'too-many-frames'
  | 'rate-limited'
  | 'too-many-replies'
  | 'too-many-rooms'
  | 'too-many-views'
  | 'search-off'
  | 'search-unavailable'
  | 'refused-by-database'
  | 'database-unavailable'
  | 'storage-full'
  | 'auth-unavailable'
  | 'bots-unavailable'
  | 'no-such-command'
  | 'overloaded'
  | 'shutting-down'
  | 'internal';

/** One socket in one room. A user with three tabs has three entries. */
export interface PresenceEntry {
  id_socket: string;
  /** Id of a user */
  id_user: string;
  name: string;
}

/** Number of sockets and users in a room. */
export interface PresenceCount {
  sockets: number;
  /** Different users */
  users: number;
}

/** A user under the current name. */
export interface User {
  /** Id of a user */
  id_user: string;
  name: string;
}

/** The settings of a user, with the defaults of those not set. */
export interface UserSettings {
  /** `system`: as the device is set */
  theme: 'system' | 'light' | 'dark';
  /** `compact`: more messages on a screen */
  density: 'comfortable' | 'compact';
  /** Hours of a day; `auto`: as the language does */
  clock: '12' | '24' | 'auto';
  /** Of pages; `auto`: as the browser prefers */
  language: 'auto' | 'en' | 'de';
  notifications: NotificationSettings;
}

/** Which messages notify a user, and when. */
export interface NotificationSettings {
  /** For rooms that the user follows */
  level: NotificationLevel;
  /** Levels of single rooms, by name. In rooms that the user does not follow, only mentions notify */
  rooms: Record<string, NotificationLevel>;
  /** Pages make a sound */
  sound: boolean;
  /** Do not disturb before this time; null: not paused */
  paused_until: number | null;
  /** Do not disturb at these hours of each day; null: at no hours */
  quiet: {
    /** `HH:MM` */
    from: string;
    /** `HH:MM` */
    to: string;
    /** Time zone, such as `Europe/Berlin` */
    zone: string;
  } | null;
}

/** Messages of a room that notify: all, mentions of the user, none. */
export type NotificationLevel = 'all' | 'mentions' | 'none';

/** A room as all users see it. */
export interface ListedRoom {
  name: string;
  topic: string;
  access: 'open' | 'members' | 'private';
  /** False for a room that is used without having been created */
  is_created: boolean;
  /** People in the room; null for a room for members */
  users: number | null;
}

/** A created room. Rooms need not be created to be used. */
export interface RoomInfo {
  name: string;
  topic: string;
  /** Absent in lists of rooms */
  description?: string | undefined;
  access: 'open' | 'members' | 'private';
  /** In a room with `access: members`: how users join */
  joining: 'self' | 'request';
  /** `moderators`: only they write, others read */
  posting: 'all' | 'moderators';
  /** Since when the room can only be read; null if it is not archived */
  archived: number | null;
  /** Null for a row written by hand without a time */
  created: number | null;
  created_by: string | null;
  /** The owner, as long as this user is a member */
  owner: string | null;
}

/** Frames that clients send, by type. */
export interface ClientFrames {
  /** Joins a room. The answer is a `roomSnapshot`; the room's frames follow. */
  joinRoom: {
    type: 'joinRoom';
    /** Chosen by the client; the frame that answers has the same `ref` */
    ref?: string | number | undefined;
    room: string;
  };
  /** Leaves a room. */
  leaveRoom: {
    type: 'leaveRoom';
    /** Chosen by the client; the frame that answers has the same `ref` */
    ref?: string | number | undefined;
    room: string;
  };
  /** Loads a page of the list of rooms. The answer is a `roomList`. */
  listRooms: {
    type: 'listRooms';
    /** Chosen by the client; the frame that answers has the same `ref` */
    ref?: string | number | undefined;
    /** `next` of the page before; null for the first page */
    after?: string | null | undefined;
    limit?: number | undefined;
  };
  /** Writes a message. The room receives it by a `deliverMessage`. */
  createMessage: {
    type: 'createMessage';
    /** Chosen by the client; the frame that answers has the same `ref` */
    ref?: string | number | undefined;
    message: {
      /** Chosen by the client, so that a retry does not store the message twice */
      id?: string | undefined;
      room: string;
      /** May be missing or empty if the message has files */
      body?: string | undefined;
      /** Id of the message of the same room that this one replies to */
      reply_to?: string | undefined;
      /** Own files that were uploaded to this room and have not been sent yet: ids, or ids with descriptions */
      files?: (string | { id: string; alt?: string | undefined })[] | undefined;
    };
  };
  /** Replaces the body of an own message. */
  editMessage: {
    type: 'editMessage';
    /** Chosen by the client; the frame that answers has the same `ref` */
    ref?: string | number | undefined;
    room: string;
    id: string;
    body: string;
  };
  /** Deletes an own message. */
  deleteMessage: {
    type: 'deleteMessage';
    /** Chosen by the client; the frame that answers has the same `ref` */
    ref?: string | number | undefined;
    room: string;
    id: string;
  };
  /** Reacts to a message with an emoji. Repeating it is no error. */
  addReaction: {
    type: 'addReaction';
    /** Chosen by the client; the frame that answers has the same `ref` */
    ref?: string | number | undefined;
    room: string;
    /** Id of a message */
    id: string;
    /** One emoji, at most 35 bytes in UTF-8 */
    emoji: string;
  };
  /** Removes an own reaction. Removing one that does not exist is no error. */
  removeReaction: {
    type: 'removeReaction';
    /** Chosen by the client; the frame that answers has the same `ref` */
    ref?: string | number | undefined;
    room: string;
    /** Id of a message */
    id: string;
    /** One emoji, at most 35 bytes in UTF-8 */
    emoji: string;
  };
  /** Pins a message in its room, for members of the room. */
  pinMessage: {
    type: 'pinMessage';
    /** Chosen by the client; the frame that answers has the same `ref` */
    ref?: string | number | undefined;
    room: string;
    /** Id of a message */
    id: string;
  };
  /** Unpins a message, for members of the room. */
  unpinMessage: {
    type: 'unpinMessage';
    /** Chosen by the client; the frame that answers has the same `ref` */
    ref?: string | number | undefined;
    room: string;
    /** Id of a message */
    id: string;
  };
  /** Loads messages: exactly one of `before`, `after` and `around` is needed. The answer is a `history`. */
  loadHistory: {
    type: 'loadHistory';
    /** Chosen by the client; the frame that answers has the same `ref` */
    ref?: string | number | undefined;
    room: string;
    /** Load the messages right before this position */
    before?: Place | undefined;
    /** Load the messages right after this position */
    after?: Place | undefined;
    /** Load the message of this id and those around it */
    around?: string | undefined;
    limit?: number | undefined;
  };
  /** Searches the messages of all rooms that the user can read. The answer is `searchResults`. */
  search: {
    type: 'search';
    /** Chosen by the client; the frame that answers has the same `ref` */
    ref?: string | number | undefined;
    q: string;
    /** `next` of the page before; null for the first page */
    before?: string | null | undefined;
    limit?: number | undefined;
  };
  /** Opens a live view of a search, or replaces the view of this name. The answer is `viewOpened`; changes follow. */
  openView: {
    type: 'openView';
    /** Chosen by the client; the frame that answers has the same `ref` */
    ref?: string | number | undefined;
    /** Chosen by the client: names the view in its frames */
    view: string;
    q: string;
  };
  /** Closes a live view. Answered by an `ack`. */
  closeView: {
    type: 'closeView';
    /** Chosen by the client; the frame that answers has the same `ref` */
    ref?: string | number | undefined;
    view: string;
  };
  /** Changes settings of a created room; those that are missing are kept. Answered by an `ack`. */
  changeRoom: {
    type: 'changeRoom';
    /** Chosen by the client; the frame that answers has the same `ref` */
    ref?: string | number | undefined;
    room: string;
    topic?: string | undefined;
    description?: string | undefined;
    access?: 'open' | 'members' | 'private' | undefined;
    joining?: 'self' | 'request' | undefined;
    posting?: 'all' | 'moderators' | undefined;
    archived?: boolean | undefined;
  };
  /** Changes the role of a member. Answered by an `ack`. */
  setRole: {
    type: 'setRole';
    /** Chosen by the client; the frame that answers has the same `ref` */
    ref?: string | number | undefined;
    room: string;
    id_user: string;
    /** `owner` transfers the ownership */
    role: 'member' | 'moderator' | 'owner';
  };
  /** Ends the membership of a user of a weaker role. Answered by an `ack`. */
  removeMember: {
    type: 'removeMember';
    /** Chosen by the client; the frame that answers has the same `ref` */
    ref?: string | number | undefined;
    room: string;
    id_user: string;
  };
  /** The user types. May be sent at each key: the server throttles it. Not answered. */
  typing: {
    type: 'typing';
    room: string;
  };
  /** Changes the name of the user. */
  identityChange: {
    type: 'identityChange';
    /** Chosen by the client; the frame that answers has the same `ref` */
    ref?: string | number | undefined;
    name: string;
  };
  /** Observes presence in rooms without joining them. Replaces the rooms observed before. */
  observePresence: {
    type: 'observePresence';
    /** Chosen by the client; the frame that answers has the same `ref` */
    ref?: string | number | undefined;
    rooms: string[];
    /** Report new messages of these rooms too, by `roomActivity` */
    activity?: boolean | undefined;
  };
  /** Sets the read position of the user; it only moves forward. Ignored for users who are not members. */
  markRead: {
    type: 'markRead';
    /** Chosen by the client; the frame that answers has the same `ref` */
    ref?: string | number | undefined;
    room: string;
    /** A position: `sent` and `id` of a message */
    position: {
      sent: number;
      id: string;
    };
  };
  /** Authenticates with a bearer token that came neither with the address of the socket (`token`) nor as a cookie, or replaces a token that is about to expire. */
  authenticate: {
    type: 'authenticate';
    /** Chosen by the client; the frame that answers has the same `ref` */
    ref?: string | number | undefined;
    token: string;
  };
}

/** Frames that the server sends, by type. */
export interface ServerFrames {
  /** The socket is authenticated as `user`. Sent first, or as soon as the user is known. */
  welcome: {
    type: 'welcome';
    /** Version of this protocol, `major.minor` */
    protocol: string;
    id_socket: string;
    user: Author;
    /** Authenticates this guest from now on, as a bearer token. Only for a guest that was created for this socket, because it had neither a cookie nor a token */
    token?: string | undefined;
  };
  /** Answers `joinRoom`: the newest messages of the room. */
  roomSnapshot: {
    type: 'roomSnapshot';
    /** The `ref` of the frame that this one answers */
    ref?: string | number | undefined;
    room: string;
    /** Oldest first */
    messages: readonly Message[];
    /** The table holds messages before the first */
    hasOlder: boolean;
    /** False while the room's changefeed is interrupted: the messages may be out of date */
    live: boolean;
    /** Current names by `id_user`: of authors, where they differ from the names in their messages, and of users who are mentioned, reacted or pinned */
    names?: Record<string, string> | undefined;
    /** Messages that others reply to, by id; null if the room has no such message (any more) */
    quoted?: Record<string, Quote | null> | undefined;
  };
  /** A new or changed message: an upsert by id. */
  deliverMessage: {
    type: 'deliverMessage';
    message: Message;
  };
  /** The message was deleted. */
  removeMessage: {
    type: 'removeMessage';
    room: string;
    id: string;
  };
  /** Reactions or the pin of a message changed. Messages that the client does not hold are ignored. */
  annotationsChanged: {
    type: 'annotationsChanged';
    room: string;
    id: string;
    /** All reactions of the message */
    reactions: readonly Reaction[];
    /** Null if it is not pinned */
    pinned: Pin | null;
    /** Current names of the users in it, by `id_user` */
    names: Record<string, string>;
  };
  /** References of messages that were delivered before: older messages to which they reply, and names of mentioned users. */
  references: {
    type: 'references';
    room: string;
    /** Messages that others reply to, by id; null if the room has no such message (any more) */
    quoted?: Record<string, Quote | null> | undefined;
    /** Current names by `id_user`: of authors, where they differ from the names in their messages, and of users who are mentioned, reacted or pinned */
    names?: Record<string, string> | undefined;
  };
  /** Changes of this room may have been missed. All messages at or after `from` are exact (earlier frames brought them up to date); the client has to load older messages again. `from: null`: nothing is older. */
  roomResync: {
    type: 'roomResync';
    room: string;
    from: Position | null;
  };
  /** The room's changefeed is interrupted (`live: false`) or runs again. */
  roomState: {
    type: 'roomState';
    room: string;
    /** False while the room's changefeed is interrupted: the messages may be out of date */
    live: boolean;
  };
  /** Answers `loadHistory`: all messages of the room from the first to the last of `messages`, without a gap up to `before`, or from `after` on. */
  history: {
    type: 'history';
    /** The `ref` of the frame that this one answers */
    ref?: string | number | undefined;
    room: string;
    /** Oldest first */
    messages: Message[];
    /** The table holds messages before the first */
    hasOlder: boolean;
    /** The table holds messages after the last */
    hasNewer: boolean;
    /** Current names by `id_user`: of authors, where they differ from the names in their messages, and of users who are mentioned, reacted or pinned */
    names?: Record<string, string> | undefined;
    /** Messages that others reply to, by id; null if the room has no such message (any more) */
    quoted?: Record<string, Quote | null> | undefined;
  };
  /** Answers `search`. */
  searchResults: {
    type: 'searchResults';
    /** The `ref` of the frame that this one answers */
    ref?: string | number | undefined;
    q: string;
    /** Newest first */
    results: SearchResult[];
    /** The `before` of the next page; null on the last page */
    next: string | null;
    /** Percent of the messages that were searched: less than 100 while the index is being built */
    indexed: number;
    /** Current names by `id_user`: of authors, where they differ from the names in their messages, and of users who are mentioned, reacted or pinned */
    names?: Record<string, string> | undefined;
  };
  /** Answers `openView`. */
  viewOpened: {
    type: 'viewOpened';
    /** The `ref` of the frame that this one answers */
    ref?: string | number | undefined;
    /** The name that the client has given to the view */
    view: string;
    q: string;
    /** The newest messages that match, newest first */
    results: ViewMessage[];
    /** Percent of the messages that were searched: less than 100 while the index is being built */
    indexed: number;
    /** False while the room's changefeed is interrupted: the messages may be out of date */
    live: boolean;
    /** Current names by `id_user`: of authors, where they differ from the names in their messages, and of users who are mentioned, reacted or pinned */
    names?: Record<string, string> | undefined;
  };
  /** A message that matches was written, or changed: an upsert by id. */
  viewMessage: {
    type: 'viewMessage';
    /** The name that the client has given to the view */
    view: string;
    message: Message;
    /** Parts of the body that match, in UTF-16 code units */
    marks: {
      start: number;
      end: number;
    }[];
    /** Current names by `id_user`: of authors, where they differ from the names in their messages, and of users who are mentioned, reacted or pinned */
    names?: Record<string, string> | undefined;
  };
  /** The message was deleted or edited so that it does not match, the user may not read it any more, or newer messages have taken its place. */
  viewRemoved: {
    type: 'viewRemoved';
    /** The name that the client has given to the view */
    view: string;
    room: string;
    id: string;
  };
  /** The changefeed is interrupted (`live: false`) or runs again; then the view is complete again. */
  viewState: {
    type: 'viewState';
    /** The name that the client has given to the view */
    view: string;
    /** False while the room's changefeed is interrupted: the messages may be out of date */
    live: boolean;
  };
  /** The frame was handled. For a write: it is stored in the database. */
  ack: {
    type: 'ack';
    /** The `ref` of the frame that this one answers */
    ref?: string | number | undefined;
    room?: string | undefined;
    /** Id of the written message */
    id?: string | undefined;
  };
  /** A frame was refused (`ref`), or a right has ended. */
  error: {
    type: 'error';
    /** The `ref` of the frame that this one answers */
    ref?: string | number | undefined;
    room?: string | undefined;
    code: ErrorCode;
    message: string;
    /** The field at fault */
    field?: string | undefined;
    /** The limit that was exceeded, in the unit that `message` names */
    limit?: number | undefined;
    /** Milliseconds after which to retry */
    retryAfterMs?: number | undefined;
    /** The action that the role of the user does not allow */
    action?: string | undefined;
    /** The least role that it needs */
    role?: string | undefined;
  };
  /** Presence in a joined or observed room: all sockets (`users`), or the difference (`joined`, `left`). Large rooms send only a `count`. */
  presence: {
    type: 'presence';
    room: string;
    /** All sockets in the room */
    users?: readonly PresenceEntry[] | undefined;
    /** Upsert by `id_socket`, also for a changed name */
    joined?: readonly PresenceEntry[] | undefined;
    /** Each an `id_socket` */
    left?: readonly string[] | undefined;
    count?: PresenceCount | undefined;
    /** Other processes cannot be reached: people may be missing, or shown although they left */
    partial: boolean;
  };
  /** Messages were written in a room that is observed with `activity`, at most two frames per second and room; or a message mentions the user in a room that the socket neither observes nor has joined. */
  roomActivity: {
    type: 'roomActivity';
    /** Null: activity in any observed room may have been missed */
    room: string | null;
    /** New messages since the last report; null: unknown, such as after a deletion. Count them again */
    messages: number | null;
    /** The newest of them */
    newest: Position | null;
    /** The first ten authors of them */
    authors: readonly (string | null)[];
    /** How many of them mention a user, by `id_user`; absent if no user is mentioned */
    mentions?: Record<string, number> | undefined;
  };
  /** Another user types in a joined room. No socket of the typing user receives it, in any process. */
  userTyping: {
    type: 'userTyping';
    room: string;
    user: User;
    /** Milliseconds to show the indicator, unless a message of the user arrives */
    forMs: number;
  };
  /** A user has a new name, which applies to old messages too. */
  identityChanged: {
    type: 'identityChanged';
    user: User;
  };
  /** The settings of the own user, changed on any socket or by any program. */
  settingsChanged: {
    type: 'settingsChanged';
    settings: UserSettings;
  };
  /** Rooms that were created or have messages. Follows `welcome` with the first page, unless the database is unavailable, and answers `listRooms`. Changes of created rooms follow as `roomCreated`, `roomChanged` and `roomRemoved`. */
  roomList: {
    type: 'roomList';
    /** The `ref` of the frame that this one answers */
    ref?: string | number | undefined;
    /** In the order of their names */
    rooms: readonly ListedRoom[];
    /** The `after` of the `listRooms` that loads the next page; null on the last page */
    next: string | null;
  };
  /** A room was created. */
  roomCreated: {
    type: 'roomCreated';
    room: RoomInfo;
  };
  /** Topic or access of a room changed. */
  roomChanged: {
    type: 'roomChanged';
    room: RoomInfo;
  };
  /** The row of a created room was deleted. */
  roomRemoved: {
    type: 'roomRemoved';
    room: string;
  };
  /** A user became a member of a joined room, or the own user became a member of any room. */
  memberJoined: {
    type: 'memberJoined';
    room: string;
    user: {
      /** Id of a user */
      id_user: string;
      /** Null if unknown */
      name: string | null;
    };
    /** When the server noticed the change, in milliseconds since 1970 */
    at: number;
  };
  /** A user is no longer a member. */
  memberLeft: {
    type: 'memberLeft';
    room: string;
    /** The same as `user.id_user` */
    id_user: string;
    user: {
      /** Id of a user */
      id_user: string;
      /** Null if unknown */
      name: string | null;
    };
    /** When the server noticed the change, in milliseconds since 1970 */
    at: number;
  };
  /** More users became members of a joined room, or left it, in one second than are reported by name. Not in these numbers are those that `memberJoined` and `memberLeft` have reported. */
  membersChanged: {
    type: 'membersChanged';
    room: string;
    /** Number of users who became members */
    joined: number;
    /** Number of users who are no longer members */
    left: number;
    /** When the server noticed the change, in milliseconds since 1970 */
    at: number;
  };
  /** A member of a joined room has another role, or the own user in any room. */
  roleChanged: {
    type: 'roleChanged';
    room: string;
    /** Id of a user */
    id_user: string;
    role: 'member' | 'moderator' | 'owner';
  };
  /** The read position of the own user, set on any socket. */
  read: {
    type: 'read';
    room: string;
    position: Position;
  };
  /** The server stops. Connect again after `retryAfterMs`. */
  goingAway: {
    type: 'goingAway';
    /** Milliseconds after which to retry */
    retryAfterMs: number;
  };
}

export type ClientFrameType = keyof ClientFrames;
export type ClientFrame<T extends ClientFrameType = ClientFrameType> = ClientFrames[T];
export type ServerFrameType = keyof ServerFrames;
export type ServerFrame<T extends ServerFrameType = ServerFrameType> = ServerFrames[T];
