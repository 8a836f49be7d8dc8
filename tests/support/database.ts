import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import r from 'rethinkdb';
import { type DatabaseAddress, databaseAddress } from '../../server/config/database-url.js';
import type { Term } from '../../server/database/connection/reql.js';

export interface TestDatabase {
  /** With a database name of its own, which nothing has made yet. */
  address: DatabaseAddress;
  /** The first (or only) host of the address. */
  host: string;
  port: number;
  /** The same database at another port of this machine, such as a proxy's. */
  at(...ports: number[]): DatabaseAddress;
  /** True where the tests run on a RethinkDB server, as RETHINKDB_URL says. */
  isServer: boolean;
  /** A plain driver's connection, closed by `stop`. */
  connect(): Promise<r.Connection>;
  stop(): Promise<void>;
}

/** A database for one test file: a new embedded one, or a new name on the server that RETHINKDB_URL names. */
export async function openDatabase(): Promise<TestDatabase> {
  const url = process.env.RETHINKDB_URL;
  const db = `test_${randomBytes(6).toString('hex')}`;
  const connections: r.Connection[] = [];
  const engine: { address: DatabaseAddress; stop(): Promise<void> } = url
    ? { address: { ...databaseAddress(url), db }, stop: async () => {} }
    : await openEmbedded(db);
  const { host, port } = engine.address.hosts[0]!;
  const connect = async () => {
    const { user, password } = engine.address;
    const connection = await r.connect({ host, port, db, user, password });
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
        const drop = (r as Term).branch((r as Term).dbList().contains(db), (r as Term).dbDrop(db), null);
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
