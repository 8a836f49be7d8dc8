import { createInterface } from 'node:readline/promises';
import { type DriverConnection, r } from '../server/database/connection/reql.js';
import {
  COMMANDS,
  CREDENTIALS,
  FILE_CHUNKS,
  FILES,
  INVITATIONS,
  JOIN_REQUESTS,
  MEMBERSHIPS,
  MESSAGES,
  PINS,
  PUSH_SUBSCRIPTIONS,
  REACTIONS,
  ROOMS,
  SESSIONS,
  USER_SETTINGS,
  USERS,
} from '../server/database/schema/tables.js';
import { type ConnectedDatabase, exitWithQueryError, fail, firstLine } from './connect.js';
import { rowCount } from './move/progress.js';

/** Rows that one query deletes: running servers send each deletion to the sockets of its room. */
const BATCH_ROWS = 500;

/** The tables that hold the chat. Users are last, so that no message is shown without the name of its author. */
const CHAT_TABLES = [
  MESSAGES,
  REACTIONS,
  PINS,
  FILES,
  FILE_CHUNKS,
  INVITATIONS,
  JOIN_REQUESTS,
  MEMBERSHIPS,
  ROOMS,
  COMMANDS,
  CREDENTIALS,
  SESSIONS,
  PUSH_SUBSCRIPTIONS,
  USER_SETTINGS,
  USERS,
].map(({ name }) => name);

/**
 * Deletes all rows of the chat, after a confirmation, and prints their numbers. Tables, indexes and the write hook remain,
 * as do the tables of other programs. Pages that are open show empty rooms, and users who have signed in are signed out. Ends the process with 1 when the user does not
 * confirm or the database refuses, and with 2 when it cannot ask.
 *
 * @param isConfirmed does not ask
 */
export async function resetTables(
  { connection, db, place }: ConnectedDatabase,
  isConfirmed: boolean,
): Promise<void> {
  const present = await r.tableList().run(connection).catch(exitWithQueryError);
  const tables = CHAT_TABLES.filter((name) => present.includes(name));
  const counts = await Promise.all(
    tables.map((name) => r.table(name).count().run(connection).catch(exitWithQueryError)),
  );
  console.log(`Database ${db} at ${place}:`);
  tables.forEach((name, i) => {
    console.log(`  ${name}: ${rowCount(counts[i] ?? 0)}`);
  });
  if (!isConfirmed) await confirm(db);
  for (const name of tables) console.log(`${name}: ${rowCount(await empty(connection, name))} deleted`);
}

async function confirm(db: string): Promise<void> {
  if (!process.stdin.isTTY)
    fail('This would delete all these rows. It needs a confirmation: run it in a terminal, or with --yes', 2);
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  // The end of the input, as by Ctrl-D, leaves the question without an answer.
  const closed = new Promise<string>((resolve) => terminal.once('close', () => resolve('')));
  const question = `This deletes all these rows. Type the name of the database (${db}) to continue: `;
  const answer = await Promise.race([terminal.question(question), closed]);
  terminal.close();
  if (answer.trim() !== db) fail('Nothing was deleted');
}

/** @returns the number of deleted rows */
async function empty(connection: DriverConnection, name: string): Promise<number> {
  let total = 0;
  for (;;) {
    const rows = r.table(name).limit(BATCH_ROWS).delete({ durability: 'soft' });
    const { deleted, errors, first_error } = await rows.run(connection).catch(exitWithQueryError);
    if (errors > 0) fail(`The database refused to delete rows of ${name}: ${firstLine(String(first_error))}`);
    total += deleted;
    if (deleted < BATCH_ROWS) return total;
  }
}
