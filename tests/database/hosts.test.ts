import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../server/database/connection/database.js';
import { HostOrder } from '../../server/database/connection/host-order.js';
import { ROOMS } from '../../server/database/schema/tables.js';
import { openDatabase, type TestDatabase } from '../support/database.js';
import { freePort } from '../support/free-port.js';
import { chatDatabase } from '../support/stack.js';
import { startTcpProxy } from '../support/tcp-proxy.js';
import { until } from '../support/until.js';

let database: TestDatabase;
const closing: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  database = await openDatabase();
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  await database.stop();
});

/** A host that accepts connections and never answers. */
async function startMute(): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => sockets.add(socket.on('error', () => {}))).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return (server.address() as AddressInfo).port;
}

/** A host that answers the first bytes with this text and resets the connection. */
async function startForeignServer(answer: string): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.write(answer, () => setImmediate(() => socket.resetAndDestroy())));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(async () => {
    server.close();
    await once(server, 'close');
  });
  return (server.address() as AddressInfo).port;
}

function open(ports: number[]): Database {
  const link = chatDatabase(database.at(...ports), { heartbeatMs: 100, stepTimeoutMs: 300 });
  closing.push(() => link.stop());
  link.start();
  return link;
}

describe('a database with several hosts', () => {
  test('a host that refuses connections and a host that hangs are left for the next', async () => {
    const link = open([await freePort(), await startMute(), database.port]);
    await link.ready(10_000);
    expect(await link.run(link.table(ROOMS).count())).toBe(0);
  });

  test.each([
    ['speaks another protocol', 'ERROR: unknown request\0'],
    ['answers with JSON of another kind', '{"success":true}\0{"success":true}\0'],
    ['refuses the user and breaks off', '{"success":false,"error_code":12,"error":"no"}\0'],
  ])('a host that %s is left for the next', async (_what, answer) => {
    const foreign = await startForeignServer(answer);
    const alone = open([foreign]);
    await until('the host is given up', () => alone.status.state === 'down');
    const both = open([foreign, database.port]);
    await both.ready(10_000);
  });

  test('another host is used when the present one goes silent', async () => {
    const lines = [await startTcpProxy(database.port), await startTcpProxy(database.port)];
    for (const line of lines) closing.push(() => line.stop());
    const link = open(lines.map(({ port }) => port));
    await link.ready(10_000);
    for (const _turn of [1, 2]) {
      const used = lines.findIndex((line) => line.open > 0);
      const downs: string[] = [];
      link.once('down', (reason) => downs.push(reason));
      lines[used]!.freeze();
      await until('the link to the frozen host is lost', () => downs.length === 1);
      await until('the other host is used', () => lines[1 - used]!.open === 2 && link.status.state === 'up');
      expect(['the host does not answer', 'the host could not write']).toContain(downs[0]);
      lines[used]!.cut();
      await until('the silent connections are gone', () => lines[used]!.open === 0);
      lines[used]!.mend();
    }
  });

  test('hosts come in random order, and the host that was lost last comes last', () => {
    const hosts = ['a', 'b', 'c'].map((host) => ({ host, port: 1 }));
    const order = new HostOrder(hosts);
    const firsts = () => new Set(Array.from({ length: 200 }, () => order.next()[0]!.host));
    expect([...firsts()].sort()).toEqual(['a', 'b', 'c']);
    order.noteLost(hosts[1]!);
    expect([...firsts()].sort()).toEqual(['a', 'c']);
    expect(order.next().map(({ host }) => host)).toHaveLength(3);
    expect(order.next()[2]).toEqual(hosts[1]);
  });
});
