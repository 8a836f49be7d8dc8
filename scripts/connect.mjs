/** What scripts share that write to the database from outside, as any other program could. */
import r from 'rethinkdb';

/** Connects to where the server would look for its database, given the same environment. Ends the process otherwise. */
export async function connect(env) {
  const { hosts, ...address } = databaseAddress(env);
  for (const { host, port } of hosts) {
    try {
      return await r.connect({ ...address, host, port });
    } catch (error) {
      if (error.name === 'ReqlAuthError')
        fail(`The database at ${host}:${port} does not accept this user and password`);
    }
  }
  const places = hosts.map(({ host, port }) => `${host}:${port}`).join(', ');
  return fail(`No database answers at ${places}. Start the server (npm start), or set RETHINKDB_URL`);
}

/** For `catch` after a query: says what the database says, and ends the process. */
export function explainFailure(error) {
  if (error.name === 'ReqlOpFailedError') {
    fail(`${firstLine(error.msg)} Start the server once (npm start): it makes what is missing`);
  }
  fail(`The database refused it: ${firstLine(error.msg ?? error.message)}`);
}

export function firstLine(text) {
  return text.split('\n')[0].replace(/^Error in write hook: /, '');
}

export function fail(message, code = 1) {
  console.error(message);
  process.exit(code);
}

function databaseAddress({ RETHINKDB_URL, RETHINKDB_CA, EMBEDDED_PORT = '28015', EMBEDDED_PASSWORD = '' }) {
  const embedded = `rethinkdb://admin:${encodeURIComponent(EMBEDDED_PASSWORD)}@127.0.0.1:${EMBEDDED_PORT}`;
  const text = RETHINKDB_URL || embedded;
  // Several hosts are separated by commas, which a URL cannot have: one URL for each.
  const [, before, hosts = '', after] = /^(rethinkdbs?:\/\/(?:[^/?#]*@)?)([^/?#]*)(.*)$/.exec(text) ?? [];
  const texts = hosts.split(',').map((host) => `${before}${host}${after}`);
  if (before === undefined || !texts.every((one) => URL.canParse(one))) {
    fail('RETHINKDB_URL must look like rethinkdb://user:password@host:28015/database', 2);
  }
  const urls = texts.map((one) => new URL(one));
  const [url] = urls;
  return {
    hosts: urls.map(({ hostname, port }) => ({
      host: hostname.replace(/^\[|\]$/g, '') || '127.0.0.1',
      port: Number(port) || 28015,
    })),
    db: decodeURIComponent(url.pathname.slice(1)) || 'changeroom',
    user: decodeURIComponent(url.username) || 'admin',
    password: decodeURIComponent(url.password),
    ssl: url.protocol === 'rethinkdbs:' ? { ca: RETHINKDB_CA } : undefined,
    timeout: 10,
  };
}
