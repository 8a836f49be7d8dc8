import { MAX_MENTIONS, MENTION_END } from '../../protocol/mentions.js';
import { COMMAND } from '../../protocol/message.js';
import { r } from '../connection/reql.js';
import type { Datum } from '../connection/reql-types.js';
import type { TableDeclaration } from '../connection/table-declaration.js';
import { messageHook } from './message-hook.js';
import type {
  CommandRow,
  CredentialRow,
  FileChunkRow,
  FileRow,
  InvitationRow,
  JoinRequestRow,
  MembershipRow,
  MessageRow,
  NodeRow,
  PinRow,
  PushSubscriptionRow,
  ReactionRow,
  RoomRow,
  SessionRow,
  UserRow,
  UserSettingsRow,
} from './rows.js';

/**
 * Every message. `room_sent` is the index of a room's window and feed; `command_sent` that of commands to bots; `mentions`
 * has an entry `[id_user, sent]` for each user that a message mentions; `files` has the ids of its files.
 */
export const MESSAGES: TableDeclaration<MessageRow, 'room_sent' | 'command_sent' | 'mentions' | 'files'> = {
  name: 'messages',
  indexes: {
    room_sent: { definition: (row) => [row('room'), row('sent')] },
    command_sent: { definition: sentAsCommand },
    files: { definition: filesOf, options: { multi: true } },
    mentions: {
      definition: (row) => usersMentionedIn(row('body')).map((id_user) => [id_user, row('sent')]),
      options: { multi: true },
    },
  },
  writeHook: messageHook,
};

/** Created rooms. The indexes `listed_…` are without private rooms, of which lists must not show anything. */
export const ROOMS: TableDeclaration<RoomRow, 'name' | 'name_key' | 'listed_name' | 'listed_created'> = {
  name: 'rooms',
  indexes: {
    name: { definition: (row) => row('name').default(row('id')) },
    listed_name: { definition: (row) => ifListed(row, row('name').default(row('id'))) },
    listed_created: { definition: (row) => ifListed(row, row('created')) },
    name_key: { definition: (row) => row('name_key'), options: { multi: true } },
  },
};

/** Which users have joined which rooms. */
export const MEMBERSHIPS: TableDeclaration<MembershipRow, 'id_user' | 'room_user' | 'room_joined'> = {
  name: 'memberships',
  indexes: {
    id_user: { definition: userOf },
    room_user: { definition: (row) => r.expr([roomOf(row), userOf(row)]) },
    room_joined: {
      definition: (row) => r.expr([roomOf(row), row('joined').default(r.epochTime(0)), userOf(row)]),
    },
  },
};

/** Invitations into rooms. */
export const INVITATIONS: TableDeclaration<InvitationRow, 'room' | 'id_user'> = {
  name: 'invitations',
  indexes: {
    room: { definition: (row) => row('room') },
    id_user: { definition: (row) => row('id_user') },
  },
};

/** Requests of users to join a room. */
export const JOIN_REQUESTS: TableDeclaration<JoinRequestRow, 'room_created'> = {
  name: 'join_requests',
  indexes: {
    room_created: { definition: (row) => r.expr([row('room'), row('created').default(r.epochTime(0))]) },
  },
};

/** Reactions of users to messages. */
export const REACTIONS: TableDeclaration<ReactionRow, 'id_message'> = {
  name: 'reactions',
  indexes: {
    id_message: {
      definition: (row) => r.branch(row('id').typeOf().eq('ARRAY'), row('id').nth(0), row('id_message')),
    },
  },
};

/** Pinned messages. */
export const PINS: TableDeclaration<PinRow, 'room_created'> = {
  name: 'pins',
  indexes: {
    room_created: { definition: (row) => r.expr([row('room'), row('created').default(r.epochTime(0))]) },
  },
};

/** Names of users. `name_start` has the lower-case name of a user, and its words, for searches by their beginnings. */
export const USERS: TableDeclaration<UserRow, 'name_key' | 'name_start'> = {
  name: 'users',
  indexes: {
    name_key: { definition: (row) => row('name_key'), options: { multi: true } },
    name_start: { definition: startsOfName, options: { multi: true } },
  },
};

/** Settings of users. */
export const USER_SETTINGS: TableDeclaration<UserSettingsRow, never> = { name: 'user_settings', indexes: {} };

/** Passkeys and recovery codes of guests. */
export const CREDENTIALS: TableDeclaration<CredentialRow, 'id_user'> = {
  name: 'credentials',
  indexes: { id_user: { definition: (row) => row('id_user') } },
};

/** Browsers to which notifications are pushed. */
export const PUSH_SUBSCRIPTIONS: TableDeclaration<PushSubscriptionRow, 'user_created' | 'session'> = {
  name: 'push_subscriptions',
  indexes: {
    user_created: { definition: (row) => [row('id_user'), row('created')] },
    session: { definition: (row) => row('session') },
  },
};

/** Logins on the page, and guests with a secured name. */
export const SESSIONS: TableDeclaration<SessionRow, 'user_created' | 'ends'> = {
  name: 'sessions',
  indexes: {
    user_created: { definition: (row) => [row('id_user'), row('created')] },
    ends: { definition: (row) => row('ends') },
  },
};

/** Claims of commands to bots. */
export const COMMANDS: TableDeclaration<CommandRow, 'pending'> = {
  name: 'commands',
  indexes: {
    pending: { definition: (row) => r.branch(row('passed').eq(true), null, row('claimed')) },
  },
};

/** Uploaded files. */
export const FILES: TableDeclaration<FileRow, 'id_user' | 'room'> = {
  name: 'files',
  indexes: {
    id_user: { definition: (row) => row('id_user') },
    room: { definition: (row) => row('room') },
  },
};

/** The content of files. */
export const FILE_CHUNKS: TableDeclaration<FileChunkRow, never> = { name: 'file_chunks', indexes: {} };

/** Heartbeats, the last repair, the last sweep of rows without a message, and the process that pushes notifications. */
export const NODES: TableDeclaration<NodeRow, never> = { name: 'nodes', indexes: {} };

/** The whole schema. Tables and indexes that other programs have made are left alone. */
export const TABLES = [
  MESSAGES,
  ROOMS,
  MEMBERSHIPS,
  INVITATIONS,
  JOIN_REQUESTS,
  REACTIONS,
  PINS,
  USERS,
  USER_SETTINGS,
  CREDENTIALS,
  PUSH_SUBSCRIPTIONS,
  SESSIONS,
  COMMANDS,
  FILES,
  FILE_CHUNKS,
  NODES,
] as const;

/** The names of a table's indexes. */
export function indexNames({ indexes }: { indexes: object }): string[] {
  return Object.keys(indexes);
}

/**
 * The time of a command to a bot. Other messages are not in the index, since null is no key. Edited messages are excluded:
 * the command has been dispatched as it was, or it has expired.
 */
function sentAsCommand(message: Datum<MessageRow>): Datum {
  const isCommand = message('kind')
    .eq('message')
    .and(message('body').match(COMMAND).ne(null))
    .and(message.hasFields('edited').not());
  return r.branch(isCommand, message('sent'), null);
}

/** Words of a name in the index, besides the whole name. */
const MAX_NAME_WORDS = 5;

/** Strings that begin where the whole name or one of its words does. */
function startsOfName(user: Datum<UserRow>): Datum {
  return user('name')
    .coerceTo('string')
    .downcase()
    .do((name) => name.split(' ').slice(1, MAX_NAME_WORDS).append(name));
}

/** Ids of the files that a message names. Entries of another form are left out, as where the row is read. */
function filesOf(message: Datum<MessageRow>): Datum {
  const files = message('files').default([]) as Datum<{ id?: unknown }[]>;
  const ids = files.concatMap((file) =>
    r.branch(file.typeOf().eq('OBJECT'), r.branch(file.hasFields('id'), [file('id')], []), []),
  );
  return r.branch(files.typeOf().eq('ARRAY'), ids, []);
}

/** Mentions `<@` of a body that the database looks at, so that a row of another program costs a bounded time. */
const MAX_SCANNED_MENTIONS = 100;

/** Ids of the users that a body mentions, as protocol/mentions.ts finds them. */
export function usersMentionedIn(body: Datum): Datum<string[]> {
  const mentioned = body
    .split('<@')
    .slice(1, MAX_SCANNED_MENTIONS + 1)
    .concatMap((rest) =>
      rest
        .match(`^${MENTION_END}`)
        .do((found) => r.branch(found.eq(null), [], [found('groups').nth(0)('str')])),
    );
  return r.branch(body.match('<@').eq(null), [], mentioned.distinct().limit(MAX_MENTIONS));
}

/** Null, which is no key, for a private room, and for one of an unknown access. */
function ifListed(row: Datum<RoomRow>, key: Datum): Datum {
  const access = row('access').default('open');
  return r.branch(access.eq('open').or(access.eq('members')), key, null);
}

// Rows written by hand may have their names in the primary key alone.
function roomOf(row: Datum<MembershipRow>): Datum {
  return r.branch(row('id').typeOf().eq('ARRAY'), row('id').nth(0), row('room'));
}

function userOf(row: Datum<MembershipRow>): Datum {
  return r.branch(row('id').typeOf().eq('ARRAY'), row('id').nth(1), row('id_user'));
}
