/**
 * Writes to the messages table from outside, with nothing but RethinkDB's driver: what any other program could do.
 *
 *     npm run message -- insert <room> <body>
 *     npm run message -- edit <id> <body>
 *     npm run message -- delete <id>
 *
 * Writes to RETHINKDB_URL, or to the embedded database of a server that runs on this machine.
 */
import r from 'rethinkdb';

const USAGE = 'Usage: npm run message -- insert <room> <body> | edit <id> <body> | delete <id>';

const messages = r.table('messages');
const COMMANDS = {
  insert: (room, body) => messages.insert({ room, body, author: { name: process.env.USER || 'terminal' } }),
  edit: (id, body) => messages.get(id).update({ body }),
  delete: (id) => messages.get(id).delete(),
};

const [name, ...args] = process.argv.slice(2);
const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : null;
if (command === null || args.length !== command.length) fail(USAGE);

const { EMBEDDED_PORT = '28015', EMBEDDED_PASSWORD = '' } = process.env;
const embedded = `rethinkdb://admin:${encodeURIComponent(EMBEDDED_PASSWORD)}@127.0.0.1:${EMBEDDED_PORT}`;
const url = new URL(process.env.RETHINKDB_URL || embedded);
const connection = await r
  .connect({
    host: url.hostname,
    port: Number(url.port) || 28015,
    db: url.pathname.slice(1) || 'changeroom',
    user: decodeURIComponent(url.username) || 'admin',
    password: decodeURIComponent(url.password),
    ssl: url.protocol === 'rethinkdbs:' ? { ca: process.env.RETHINKDB_CA } : undefined,
  })
  .catch(() => fail(`no database answers at ${url.hostname}:${url.port || 28015}: is the server running?`));
try {
  const result = await command(...args).run(connection);
  if (result.errors > 0) fail(result.first_error);
  if (result.skipped > 0) fail(`no message has the id ${args[0]}`);
  console.log(result.generated_keys?.[0] ?? args[0]);
} finally {
  await connection.close();
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
