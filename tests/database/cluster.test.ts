import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Ledger } from '../../scripts/chaos/ledger.js';
import { eventReader, type Reader, socketReader } from '../../scripts/chaos/readers.js';
import { guestCookie, restWriteClient } from '../../scripts/chaos/rest-write-client.js';
import { socketWriteClient } from '../../scripts/chaos/socket-write-client.js';
import { readTable, viewDifferences, writeDifferences } from '../../scripts/chaos/verdict.js';
import { Writer } from '../../scripts/chaos/writer.js';
import { r } from '../../server/database/connection/reql.js';
import { random } from '../presence/random.js';
import {
  HOST_FAULTS,
  type RethinkdbCluster,
  skipWithoutRethinkdb,
  startRethinkdbCluster,
} from '../support/rethinkdb-cluster.js';
import { endAllServers, type ServerProcess, startServer } from '../support/server-process.js';
import { until } from '../support/until.js';

const DB = 'chat';
const ROOMS = ['one', 'two'];
/** RethinkDB's own default of 10 takes longer to notice a dead server than writes may be interrupted. */
const HEARTBEAT_SECONDS = 2;
const RESUME_MS = 10_000;
const HEALED_MS = 5_000;
const TABLES = [
  'commands',
  'memberships',
  'messages',
  'nodes',
  'pins',
  'reactions',
  'rooms',
  'sessions',
  'user_settings',
  'users',
];

const UNLIMITED = {
  LIMIT_MESSAGES: '0',
  LIMIT_JOINS: '0',
  LIMIT_REQUESTS: '0',
  LIMIT_FRAMES: '0',
  LIMIT_SOCKETS: '0',
};

describe('two servers on three database hosts', skipWithoutRethinkdb(), () => {
  let cluster: RethinkdbCluster;
  let servers: ServerProcess[];
  let writers: Writer[];
  let readers: Reader[];
  const ledger = new Ledger();
  const start = () => startServer({ ...env(), ...UNLIMITED });
  const env = () => ({
    RETHINKDB_URL: `rethinkdb://${cluster.hosts.map(({ host, port }) => `${host}:${port}`).join(',')}/${DB}`,
    SESSION_SECRET: 'the same on both of them',
    LOG_LEVEL: 'info',
  });
  const isReady = async ({ url }: ServerProcess) => (await fetch(`${url}/readyz`)).ok;

  beforeAll(async () => {
    cluster = await startRethinkdbCluster(process.env.RETHINKDB_BIN!, 3, HEARTBEAT_SECONDS);
    servers = await Promise.all([start(), start()]);
    for (const server of servers) await until('the server is ready', () => isReady(server));
    const cookie = await guestCookie(servers[0]!.url);
    const options = { rooms: ROOMS, pick: random(1), pauseMs: 50, ledger };
    const ways = servers.flatMap(({ url }, i) => [
      restWriteClient(`rest ${i}`, url, cookie),
      socketWriteClient(`socket ${i}`, url, ROOMS[i]!, cookie),
    ]);
    // A socket writes to the room that it is in.
    writers = ways.map(
      (way, i) => new Writer(way, { ...options, rooms: i % 2 === 0 ? ROOMS : [ROOMS[(i - 1) / 2]!] }),
    );
    readers = servers.flatMap(({ url }, i) =>
      ROOMS.flatMap((room) => [
        socketReader(`socket of server ${i}`, url, room),
        eventReader(`events of server ${i}`, url, room),
      ]),
    );
  }, 120_000);
  afterEach(({ task }) => {
    if (task.result?.state !== 'fail') return;
    for (const server of servers) console.info(server.output.split('\n').slice(-25).join('\n'));
  });
  afterAll(async () => {
    for (const writer of writers ?? []) void writer.stop();
    for (const reader of readers ?? []) reader.close();
    await endAllServers();
    await cluster?.stop();
  });

  const acknowledged = () => [...ledger.writers.values()].map((counts) => counts.acknowledged);
  const allWrite = (what: string, ms: number) => {
    const before = acknowledged();
    return until(what, () => acknowledged().every((count, i) => count >= before[i]! + 2), ms);
  };

  test('servers create every table with three replicas', async () => {
    const connection = await cluster.connect(DB);
    const configs = await r
      .db('rethinkdb')
      .table('table_config')
      .filter({ db: DB })
      .orderBy('name')
      .run(connection);
    expect(configs.map(({ name }) => name)).toEqual(TABLES);
    for (const { shards } of configs) expect(shards?.map(({ replicas }) => replicas.length)).toEqual([3]);
    await connection.close();
  });

  test.each(HOST_FAULTS.flatMap((fault) => [0, 1, 2].map((host) => ({ fault, host }))))(
    'every client writes and sees all messages after the fault $fault of host $host',
    { timeout: 90_000 },
    async ({ fault, host }) => {
      await until('all write', () => acknowledged().length === 4);
      await allWrite('all write before', RESUME_MS);
      ledger.resetGaps();
      await cluster.break(host, fault);
      try {
        await allWrite('all write after the fault', RESUME_MS);
        // A link that went silent is still to be found out.
        await until('the servers are ready', async () =>
          (await Promise.all(servers.map(isReady))).every(Boolean),
        );
        await allWrite('all go on', RESUME_MS);
      } finally {
        await cluster.heal(host);
      }
      const gaps = [...ledger.writers].map(([name, counts]) => `${name} ${Math.round(counts.longestGapMs)}`);
      console.info(
        `${fault} host ${host}: longest time without an acknowledgement, in ms: ${gaps.join(', ')}`,
      );

      const connection = await cluster.connect(DB);
      const ready = r.db(DB).wait({ waitFor: 'all_replicas_ready', timeout: 30 });
      await until('the cluster is whole', () => ready.run(connection).then(Boolean, () => false), 60_000);
      await Promise.all(writers.map((writer) => writer.pause()));
      const begin = performance.now();
      let found: string[] = [];
      const isRight = async () => {
        const table = await readTable(connection);
        found = [...viewDifferences(readers, table), ...writeDifferences(ledger, table)];
        return found.length === 0;
      };
      await until('every view equals the table', isRight, HEALED_MS).catch(() => {});
      const ms = Math.round(performance.now() - begin);
      for (const writer of writers) writer.resume();
      expect(found).toEqual([]);
      console.info(`  every view equals the table ${ms} ms after healing`);
      expect(ledger.violations).toEqual([]);
      await connection.close();
    },
  );

  test('a server logs the tables that have fewer replicas than wanted, and does not change them', {
    timeout: 60_000,
  }, async () => {
    const RETHINKDB_URL = env().RETHINKDB_URL.replace(`/${DB}`, '/few');
    const log = (server: ServerProcess) => server.output;
    const first = await startServer({ ...env(), RETHINKDB_URL, RETHINKDB_REPLICAS: '1' });
    await until('the first is ready', () => isReady(first));
    expect(log(first)).not.toContain('fewer replicas');
    const second = await startServer({ ...env(), RETHINKDB_URL });
    await until('the second is ready', () => isReady(second));
    const line = await until('the log names the tables', () =>
      log(second)
        .split('\n')
        .find((text) => text.includes('tables have fewer replicas than wanted')),
    );
    expect(JSON.parse(line)).toMatchObject({ wanted: 3, tables: TABLES.map((name) => `${name} (1)`) });
    const connection = await cluster.connect('few');
    const replicas = r.table('messages').config()('shards').nth(0)('replicas').count();
    expect(await replicas.run(connection)).toBe(1);
    await connection.close();
    for (const server of [first, second]) await server.end('SIGKILL');
  });

  test('a server that starts while one host is down becomes ready', { timeout: 60_000 }, async () => {
    await cluster.break(0, 'kill');
    const third = await start();
    await until('the server is ready', () => isReady(third));
    expect(third.output).not.toContain('fewer replicas');
    await cluster.heal(0);
  });
});
