/**
 * `npm run reset`: deletes all messages, rooms, memberships, users and commands, after a confirmation. `--yes` does not ask.
 *
 * Empties the database at RETHINKDB_URL, or the embedded one of this machine, whether its server is running or not.
 *
 * Exit codes: 0 when the chat is empty, 1 when it is not, 2 for wrong use or settings, or without a terminal to ask.
 */
import { fail } from './connect.js';
import { openDatabase } from './open-database.js';
import { resetTables } from './reset-tables.js';

const args = process.argv.slice(2);
if (args.some((arg) => arg !== '--yes')) fail('Usage: npm run reset -- [--yes]', 2);

const database = await openDatabase(process.env);
await resetTables(database, args.includes('--yes'));
await database.close();
