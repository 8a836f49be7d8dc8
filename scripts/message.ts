/**
 * Writes to the messages table from outside, with RethinkDB's driver, as any other program can.
 *
 *     npm run message -- insert <room> <body>
 *     npm run message -- edit <id> <body>
 *     npm run message -- delete <id>
 *
 * Writes to RETHINKDB_URL, or to the embedded database of a server on this machine. Prints the message's id.
 *
 * Exit codes: 0 when the message was written, 1 when it was not, 2 for wrong use or settings.
 */
import r from 'rethinkdb';
import { connect, exitWithQueryError, fail, firstLine } from './connect.js';

const USAGE = 'Usage: npm run message -- insert <room> <body> | edit <id> <body> | delete <id>';

const [name, ...args] = process.argv.slice(2);
const operation = operationOf(name, args);
if (operation === null) fail(USAGE, 2);

const { connection } = await connect(process.env);
try {
  const result = await operation.run(connection).catch(exitWithQueryError);
  if (result.errors > 0) fail(`The database refused the message: ${firstLine(String(result.first_error))}`);
  if (result.skipped > 0) fail(`There is no message with the id ${args[0]}`);
  console.log(result.generated_keys?.[0] ?? args[0]);
} finally {
  await connection.close();
}

function operationOf(name: string | undefined, args: string[]): r.Operation<r.WriteResult> | null {
  const messages = r.table('messages');
  const [target, body] = args;
  if (target === undefined || args.length > 2) return null;
  if (name === 'delete') return body === undefined ? messages.get(target).delete() : null;
  if (body === undefined) return null;
  if (name === 'edit') return messages.get(target).update({ body });
  const author = { name: process.env.USER || 'terminal' };
  return name === 'insert' ? messages.insert({ room: target, body, author }) : null;
}
