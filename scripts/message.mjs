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

const address = databaseAddress(process.env);
const connection = await r.connect(address).catch(explainNoConnection);
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

/** Where the server would look for its database, given the same environment. */
function databaseAddress({ RETHINKDB_URL, RETHINKDB_CA, EMBEDDED_PORT = '28015', EMBEDDED_PASSWORD = '' }) {
  const embedded = `rethinkdb://admin:${encodeURIComponent(EMBEDDED_PASSWORD)}@127.0.0.1:${EMBEDDED_PORT}`;
  const text = RETHINKDB_URL || embedded;
  if (!/^rethinkdbs?:\/\//.test(text) || !URL.canParse(text)) {
    fail('RETHINKDB_URL must look like rethinkdb://user:password@host:28015/database', 2);
  }
  const url = new URL(text);
  return {
    host: url.hostname.replace(/^\[|\]$/g, '') || '127.0.0.1',
    port: Number(url.port) || 28015,
    db: decodeURIComponent(url.pathname.slice(1)) || 'changeroom',
    user: decodeURIComponent(url.username) || 'admin',
    password: decodeURIComponent(url.password),
    ssl: url.protocol === 'rethinkdbs:' ? { ca: RETHINKDB_CA } : undefined,
    timeout: 10,
  };
}

function explainNoConnection(error) {
  const place = `${address.host}:${address.port}`;
  if (error.name === 'ReqlAuthError') fail(`The database at ${place} does not accept this user and password`);
  fail(`No database answers at ${place}. Start the server (npm start), or set RETHINKDB_URL`);
}

function explainFailure(error) {
  if (error.name === 'ReqlOpFailedError') {
    fail(`${firstLine(error.msg)} Start the server once (npm start): it makes what is missing`);
  }
  fail(`The database refused it: ${firstLine(error.msg ?? error.message)}`);
}

function firstLine(text) {
  return text.split('\n')[0].replace(/^Error in write hook: /, '');
}

function fail(message, code = 1) {
  console.error(message);
  process.exit(code);
}
