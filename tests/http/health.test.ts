import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../server/database/connection/database.js';
import { healthEndpoints } from '../../server/http/monitoring/health.js';
import { serve as serveEndpoints } from '../../server/http/openapi/endpoint.js';
import { openDatabase, type TestDatabase } from '../support/database.js';
import { chatDatabase } from '../support/stack.js';
import { until } from '../support/until.js';

let testDatabase: TestDatabase;
beforeAll(async () => {
  testDatabase = await openDatabase();
});
afterAll(() => testDatabase.stop());

let database: Database;
let server: Server;
afterEach(async () => {
  server.close();
  await database.stop();
});

/** A server whose database is at `port`. */
async function serve(port = testDatabase.port, stopping = new AbortController().signal): Promise<string> {
  database = chatDatabase(testDatabase.at(port));
  database.start();
  server = createServer(
    express().use(serveEndpoints(healthEndpoints({ dependencies: { database }, stopping }))),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A local port without a listener. */
async function deadPort(): Promise<number> {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const { port } = taken.address() as AddressInfo;
  await new Promise((resolve) => taken.close(resolve));
  return port;
}

const upSince = { state: 'up', since: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) };

describe('/readyz', () => {
  test('/readyz is 200 when every dependency is up, with the time since then', async () => {
    const url = await serve();
    await database.ready(30_000);
    const response = await fetch(`${url}/readyz`);
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toEqual({ status: 'ready', dependencies: { database: upSince } });
  });

  test('/readyz is 503 when a dependency is down, and does not reveal the cause', async () => {
    const url = await serve(await deadPort());
    await until('the database is down', () => database.status.state === 'down');
    const response = await fetch(`${url}/readyz`);
    expect(response.status).toBe(503);
    const text = await response.text();
    expect(JSON.parse(text)).toEqual({
      status: 'waiting',
      dependencies: { database: { ...upSince, state: 'down' } },
    });
    expect(text).not.toContain('127.0.0.1');
  });

  test('/readyz is 503 while the server stops', async () => {
    const stopping = new AbortController();
    const url = await serve(undefined, stopping.signal);
    await database.ready(30_000);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    stopping.abort();
    const response = await fetch(`${url}/readyz`);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ status: 'stopping', dependencies: { database: upSince } });
  });
});

describe('a full storage', () => {
  test('is shown on /readyz, which stays 200, as everything can be read', async () => {
    database = chatDatabase(testDatabase.address);
    database.start();
    await database.ready(30_000);
    const since = new Date();
    const storage = { storage: { state: 'full' as const, since } };
    const stopping = new AbortController().signal;
    server = createServer(
      express().use(serveEndpoints(healthEndpoints({ dependencies: { database }, storage, stopping }))),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/readyz`);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      status: 'ready',
      dependencies: { database: upSince },
      storage: { state: 'full', since: since.toISOString() },
    });
  });
});

describe('/healthz', () => {
  test('/healthz is 200 while the process responds, even if dependencies are down', async () => {
    const url = await serve(await deadPort());
    await until('the database is down', () => database.status.state === 'down');
    const response = await fetch(`${url}/healthz`);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ status: 'ok', uptime: expect.any(Number) });
  });
});
