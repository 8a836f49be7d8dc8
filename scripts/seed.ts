/**
 * `npm run seed`: writes ten playground users. With AUTH=guest, `/ui/Maths?id_user=1` opens the room Maths as John.
 * Running it again restores their names.
 *
 * Writes to RETHINKDB_URL, or to the embedded database of a server on this machine.
 */
import r from 'rethinkdb';
import { connect, exitWithQueryError, fail, firstLine } from './connect.js';

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

const { connection } = await connect(process.env);
try {
  const { errors, first_error, inserted, replaced, unchanged } = await r
    .table('users')
    .insert(users, { conflict: 'update' })
    .run(connection)
    .catch(exitWithQueryError);
  if (errors > 0) fail(`The database refused the users: ${firstLine(String(first_error))}`);
  for (const { id, name } of users) console.log(`${id.padStart(2)} ${name}`);
  console.log(`${inserted} new, ${replaced} restored, ${unchanged} unchanged`);
} finally {
  await connection.close();
}
