import { randomBytes } from 'node:crypto';
import { type Connection, r } from './driver.js';
import { startTestServer } from './start.js';

/** The database of one test file: a new embedded server, or a new name on the server at RETHINKDB_URL. */
export interface TestDatabase {
  /** A name that no database of the server has yet. */
  readonly name: string;
  /** True if the tests run on a RethinkDB server. */
  readonly isServer: boolean;
  readonly connection: Connection;
  stop(): Promise<void>;
}

export async function openDatabase(): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  const url = process.env.RETHINKDB_URL;
  if (url === undefined) {
    const server = await startTestServer();
    const connection = await server.connect();
    return { name, isServer: false, connection: use(connection, name), stop: () => server.stop() };
  }
  const connection = await r.connect(connectOptions(new URL(url)));
  const stop = async () => {
    await r.branch(r.dbList().contains(name), r.dbDrop(name), null).run(connection);
    await connection.close({ noreplyWait: false });
  };
  return { name, isServer: true, connection: use(connection, name), stop };
}

function use(connection: Connection, name: string): Connection {
  connection.use(name);
  return connection;
}

function connectOptions({ hostname, port, username, password }: URL): object {
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port || 28015),
    user: decodeURIComponent(username) || 'admin',
    password: decodeURIComponent(password),
  };
}
