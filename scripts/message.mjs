/**
 * Writes to the messages table from outside, with nothing but RethinkDB's driver: what any other program could do.
 *
 *     npm run message -- insert <room> <body>
 *     npm run message -- edit <id> <body>
 *     npm run message -- delete <id>
 *
 * Writes to RETHINKDB_URL, or to the embedded database of a server that runs on this machine. Prints the message's id.
 */
import r from 'rethinkdb';
import { connect, explainFailure, fail, firstLine } from './connect.mjs';

const USAGE = 'Usage: npm run message -- insert <room> <body> | edit <id> <body> | delete <id>';

const messages = r.table('messages');
const COMMANDS = {
  insert: (room, body) => messages.insert({ room, body, author: { name: process.env.USER || 'terminal' } }),
  edit: (id, body) => messages.get(id).update({ body }),
  delete: (id) => messages.get(id).delete(),
};

const [name = '', ...args] = process.argv.slice(2);
const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : null;
if (command === null || args.length !== command.length) fail(USAGE, 2);

const connection = await connect(process.env);
try {
  const result = await command(...args)
    .run(connection)
    .catch(explainFailure);
  if (result.errors > 0) fail(`The database refused it: ${firstLine(result.first_error)}`);
  if (result.skipped > 0) fail(`There is no message with the id ${args[0]}`);
  console.log(result.generated_keys?.[0] ?? args[0]);
} finally {
  await connection.close();
}
