import endex from 'endex';
import { CLAIM_INDEX, COMMAND_INDEX } from './command-table.js';
import { uniteDuplicateTables } from './duplicate-tables.js';
import { HOOK_VERSION, messageHook } from './message-hook.js';
import { type Connection, r, type Term } from './reql.js';
import { MEMBERSHIP_INDEXES, NAME_INDEX, ROOM_INDEXES } from './row-indexes.js';
import { isStorageFull } from './storage-full.js';

const TABLES = ['messages', 'rooms', 'memberships', 'users', 'commands', 'nodes'];

/** Attempts before a schema that cannot be made is reported. */
const ATTEMPTS = 10;

/**
 * Makes what is missing of database, tables, indexes and the write hook. Safe to run at every start and by several
 * processes at once: who comes second meets one error or another, depending on how far the first is, and looks again.
 */
export async function createSchema(connection: Connection, db: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await attemptSchema(connection, db);
    } catch (error) {
      if (attempt === ATTEMPTS || !connection.open || isStorageFull(error)) throw error;
      if (/is ambiguous/.test(String(error))) await uniteDuplicateTables(connection, db).catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 100 * attempt));
    }
  }
}

async function attemptSchema(connection: Connection, db: string): Promise<void> {
  const room = [r.row('room'), r.row('sent')];
  await endex
    .db(db)
    .table('messages')
    .index('room_sent', room, {})
    .index(COMMAND_INDEX.name, COMMAND_INDEX.definition, {})
    .table('rooms')
    .index('name', ROOM_INDEXES.name, {})
    .index('created', ROOM_INDEXES.created, {})
    .index(NAME_INDEX.name, NAME_INDEX.definition, NAME_INDEX.options)
    .table('memberships')
    .index('id_user', MEMBERSHIP_INDEXES.id_user, {})
    .index('room_user', MEMBERSHIP_INDEXES.room_user, {})
    .index('room_joined', MEMBERSHIP_INDEXES.room_joined, {})
    .table('users')
    .index(NAME_INDEX.name, NAME_INDEX.definition, NAME_INDEX.options)
    .table('commands')
    .index(CLAIM_INDEX.name, CLAIM_INDEX.definition, {})
    .table('nodes')
    .run(connection);
  for (const name of TABLES) await r.db(db).table(name).wait().run(connection);
  const messages = r.db(db).table('messages');
  await messages.indexWait().run(connection);
  for (const name of ['rooms', 'memberships', 'users', 'commands'])
    await r.db(db).table(name).indexWait().run(connection);
  await setHook(messages, connection);
}

/** Sets the write hook unless the same one is there already: setting it anew would disturb open feeds. */
async function setHook(messages: Term, connection: Connection): Promise<void> {
  const present = await messages.getWriteHook().run(connection);
  if (present?.query?.includes(HOOK_VERSION)) return;
  await messages.setWriteHook(messageHook).run(connection);
}
