/**
 * `npm run seed`: writes ten playground users. With AUTH=guest, `/ui/Maths?id_user=1` opens the room Maths as John.
 * Running it again restores their names. `--reset` deletes everything else first, like `npm run reset`; `--yes` does not ask.
 *
 * Writes to RETHINKDB_URL, or to the embedded database of this machine, whether its server is running or not.
 *
 * Exit codes: 0 when the users are stored, 1 when they are not, 2 for wrong use or settings, or without a terminal to ask.
 */
import r from 'rethinkdb';
import { exitWithQueryError, fail, firstLine } from './connect.js';
import { openDatabase } from './open-database.js';
import { resetTables } from './reset-tables.js';

const NAMES = [
  'John',
  'Mary',
  'Mike',
  'Frank',
  'Stephanie',
  'Richard',
  'Sonia',
  'Charlie',
  'Rowan',
  'Victoria',
];
const users = NAMES.map((name, i) => ({ id: `${i + 1}`, name, playground: true }));

const args = process.argv.slice(2);
const isReset = args.includes('--reset');
if (args.some((arg) => arg !== '--reset' && !(arg === '--yes' && isReset)))
  fail('Usage: npm run seed -- [--reset [--yes]]', 2);

const database = await openDatabase(process.env);
const { connection } = database;
try {
  if (isReset) await resetTables(database, args.includes('--yes'));
  const { errors, first_error, inserted, replaced, unchanged } = await r
    .table('users')
    .insert(users, { conflict: 'update' })
    .run(connection)
    .catch(exitWithQueryError);
  if (errors > 0) fail(`The database refused the users: ${firstLine(String(first_error))}`);
  for (const { id, name } of users) console.log(`${id.padStart(2)} ${name}`);
  console.log(`${inserted} new, ${replaced} restored, ${unchanged} unchanged`);
} finally {
  await database.close();
}
