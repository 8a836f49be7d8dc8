/**
 * `npm run seed`: ten users to play with, whom anybody may be: `/ui/Maths?id_user=1` is John in the room Maths, in
 * AUTH=guest. Running it again puts back what has become different.
 *
 * Writes to RETHINKDB_URL, or to the embedded database of a server that runs on this machine.
 */
import r from 'rethinkdb';
import { connect, explainFailure, fail, firstLine } from './connect.mjs';

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

const connection = await connect(process.env);
try {
  const { errors, first_error, inserted, replaced, unchanged } = await r
    .table('users')
    .insert(users, { conflict: 'update' })
    .run(connection)
    .catch(explainFailure);
  if (errors > 0) fail(`The database refused it: ${firstLine(first_error)}`);
  for (const { id, name } of users) console.log(`${id.padStart(2)} ${name}`);
  console.log(`${inserted} new, ${replaced} put back, ${unchanged} unchanged`);
} finally {
  await connection.close();
}
