import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { databaseAddress } from '../../server/config/database-url.js';
import type { Database } from '../../server/database/connection/database.js';
import { openDatabase, type TestDatabase } from '../support/database.js';
import { skipWithout } from '../support/programs.js';
import { chatDatabase } from '../support/stack.js';
import { startTlsProxy, type TlsProxy } from '../support/tls-proxy.js';
import { until } from '../support/until.js';

describe('a database over TLS', skipWithout('openssl'), () => {
  let server: TestDatabase;
  let line: TlsProxy;

  beforeAll(async () => {
    server = await openDatabase();
    line = await startTlsProxy(server.port);
  });
  afterAll(async () => {
    await line?.stop();
    await server?.stop();
  });

  const open = (host: string, ca?: string): Database => {
    const { user, password, db } = server.address;
    const { tls } = databaseAddress(`rethinkdbs://${host}`, ca);
    const database = chatDatabase({ hosts: [{ host, port: line.port }], user, password, db, tls });
    database.start();
    return database;
  };

  test('a database over TLS is used when its certificate is signed by RETHINKDB_CA', async () => {
    const database = open('localhost', line.ca);
    await database.ready(30_000);
    expect(database.status.state).toBe('up');
    await database.stop();
  });

  test('a certificate is refused without RETHINKDB_CA, and under a name that it does not contain', async () => {
    for (const database of [open('localhost'), open('127.0.0.1', line.ca)]) {
      await until('the connection is refused', () => database.status.state === 'down');
      await database.stop();
    }
  });
});
