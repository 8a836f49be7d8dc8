import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import rethinkdb from 'rethinkdb';
import { type DatabaseAddress, databaseAddress } from '../../server/config/database-url.js';
import { r } from '../../server/database/connection/reql.js';

export interface TestDatabase {
  /** With a database name of its own that does not exist yet. */
  address: DatabaseAddress;
  /** The first (or only) host of the address. */
  host: string;
  port: number;
  /** The same database at other ports of this machine, such as a proxy's. */
  at(...ports: number[]): DatabaseAddress;
  /** True where the tests run on the RethinkDB server at RETHINKDB_URL. */
  isServer: boolean;
  /** Opens a connection of the official driver, which `stop` closes. */
  connect(): Promise<rethinkdb.Connection>;
  stop(): Promise<void>;
}

/** A database for one test file: a new embedded one, or a new database on the server at RETHINKDB_URL. */
export async function openDatabase(): Promise<TestDatabase> {
  const url = process.env.RETHINKDB_URL;
  const db = `test_${randomBytes(6).toString('hex')}`;
  const connections: rethinkdb.Connection[] = [];
  const engine: { address: DatabaseAddress; stop(): Promise<void> } = url
    ? { address: { ...databaseAddress(url), db }, stop: async () => {} }
    : await openEmbedded(db);
  const { host, port } = engine.address.hosts[0]!;
  const connect = async () => {
    const { user, password } = engine.address;
    const connection = await rethinkdb.connect({ host, port, db, user, password });
    connection.on('error', () => {});
    connections.push(connection);
    return connection;
  };
  return {
    address: engine.address,
    host,
    port,
    at: (...ports) => ({ ...engine.address, hosts: ports.map((one) => ({ host: '127.0.0.1', port: one })) }),
    isServer: url !== undefined,
    connect,
    stop: async () => {
      if (url) {
        const connection = await connect();
        const drop = r.branch(r.dbList().contains(db), r.dbDrop(db), null);
        await drop.run(connection);
      }
      for (const connection of connections) await connection.close({ noreplyWait: false }).catch(() => {});
      await engine.stop();
    },
  };
}

async function openEmbedded(db: string): Promise<{ address: DatabaseAddress; stop(): Promise<void> }> {
  const directory = await mkdtemp(path.join(tmpdir(), 'changeroom-test-'));
  const { startEmbedded } = await import('embedded-rethinkdb');
  const { host, port, stop } = await startEmbedded({ directory, port: 0 });
  return {
    address: { hosts: [{ host, port }], db, user: 'admin', password: '', tls: null },
    stop: async () => {
      await stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
