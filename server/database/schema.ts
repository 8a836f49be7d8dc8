import endex from 'endex';
import { HOOK_VERSION, messageHook } from './message-hook.js';
import { type Connection, r, type Term } from './reql.js';

/** Attempts before a schema that cannot be made is reported. */
const ATTEMPTS = 10;

/**
 * Makes what is missing of database, tables, indexes and the write hook. Safe to run at every start and by several
 * processes at once: whoever comes second meets an "already exists" and looks again.
 */
export async function createSchema(connection: Connection, db: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await endex
        .db(db)
        .table('messages')
        .index('room_sent', [r.row('room'), r.row('sent')], {})
        .table('nodes')
        .run(connection);
      break;
    } catch (error) {
      // The race's loser may meet one message or another, depending on how far the winner is; so look again.
      if (attempt === ATTEMPTS || !connection.open) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50 * attempt));
    }
  }
  const messages = r.db(db).table('messages');
  for (const table of [messages, r.db(db).table('nodes')]) await table.wait().run(connection);
  await messages.indexWait('room_sent').run(connection);
  await setHook(messages, connection);
}

/** Sets the write hook unless the same one is there already: setting it anew would disturb open feeds. */
async function setHook(messages: Term, connection: Connection): Promise<void> {
  const present = await messages.getWriteHook().run(connection);
  if (present?.query?.includes(HOOK_VERSION)) return;
  await messages.setWriteHook(messageHook).run(connection);
}
