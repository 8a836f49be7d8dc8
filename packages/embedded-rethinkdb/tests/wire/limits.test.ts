import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import type { WireLimits } from '../../src/wire/limits.js';
import { Credentials } from '../../src/wire/scram.js';
import { type Connection, r } from '../support/driver.js';
import { startTestServer, type TestServer } from '../support/start.js';
import { until } from '../support/until.js';
import { frame, MAGIC, RawClient } from './raw-client.js';

const PASSWORD = 'the right password';
const MEGABYTE = 1024 * 1024;
const NEVER_MS = 3_600_000;

let server: TestServer;
const clients: RawClient[] = [];
const notices: string[] = [];

afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.destroy();
  await server.stop();
  expect(server.faults).toEqual([]);
});

async function start(limits: Partial<WireLimits>): Promise<Connection> {
  notices.length = 0;
  server = await startTestServer({ password: PASSWORD, limits, onNotice: (text) => notices.push(text) });
  return server.connect();
}

function client(): RawClient {
  const raw = new RawClient(server);
  clients.push(raw);
  return raw;
}

async function authenticated(): Promise<RawClient> {
  const raw = client();
  expect(await raw.login(PASSWORD)).toMatchObject({ success: true });
  return raw;
}

const little = (number: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(number);
  return bytes;
};

/** The old handshake, whose answer is the outcome. */
async function oldLogin(password: string): Promise<string> {
  const raw = client();
  const key = Buffer.from(password);
  raw.send(little(0x400c2d20), little(key.length), key, little(0x7e6970c7));
  return raw.text();
}

describe('wrong passwords', () => {
  test.each([
    ['the old handshake', () => oldLogin('wrong')],
    ['SCRAM', () => client().login('wrong')],
  ])(
    'wrong passwords of %s are checked immediately a few times, then delayed, while queries are answered',
    async (_, guess) => {
      const connection = await start({ failuresBeforeDelay: 3, delayedAttemptMs: NEVER_MS });
      for (let n = 0; n < 3; n++) await guess();
      let answered = 0;
      // The first that is slowed down is let through, and the pause begins.
      for (let n = 0; n < 10; n++)
        guess().then(
          () => answered++,
          () => {},
        );
      await until('one is answered', () => answered > 0);
      for (let n = 0; n < 50; n++) expect(await r.expr(n).run(connection)).toBe(n);
      expect(answered).toBe(1);
    },
  );

  test('wrong passwords do not lock out a client with the right password', async () => {
    await start({ failuresBeforeDelay: 3, delayedAttemptMs: 10 });
    let isOver = false;
    const attack = Array.from({ length: 20 }, async () => {
      for (;;) {
        if (isOver) return;
        await client()
          .login('wrong')
          .catch(() => {});
      }
    });
    for (let n = 0; n < 5; n++) {
      const connection = await server.connect();
      expect(await r.expr(n).run(connection)).toBe(n);
    }
    isOver = true;
    await Promise.all(attack);
  });

  test('wrong passwords are compared without deriving a key, which would block the thread', () => {
    const credentials = new Credentials(PASSWORD);
    const salt = randomBytes(16);
    const fastest = (job: () => unknown) => {
      const times = Array.from({ length: 5 }, () => {
        const begin = performance.now();
        for (let n = 0; n < 20; n++) job();
        return performance.now() - begin;
      });
      return Math.min(...times);
    };
    const derivation = fastest(() => pbkdf2Sync('wrong', salt, credentials.iterations, 32, 'sha256'));
    expect(fastest(() => credentials.matches('wrong'))).toBeLessThan(derivation / 4);
    expect(credentials.matches(PASSWORD)).toBe(true);
    expect(credentials.matches(`${PASSWORD} `)).toBe(false);
  });
});

describe('connections', () => {
  test('connections without authentication are closed for new connections if there are too many', async () => {
    await start({ unauthenticatedPerAddress: 4 });
    const idle = Array.from({ length: 4 }, () => client());
    for (const raw of idle) {
      raw.send(MAGIC);
      await raw.json();
    }
    const connection = await server.connect();
    expect(await r.expr(1).run(connection)).toBe(1);
    await until('the oldest is gone', () => idle[0]!.closed);
    expect(idle.slice(1).map(({ closed }) => closed)).toEqual([false, false, false]);
  });

  test('connections are refused if there are too many', async () => {
    const first = await start({ connections: 3 });
    const others = [await server.connect(), await server.connect()];
    const refused = client();
    await refused.end();
    await until('the operator is notified', () => notices.length > 0);
    expect(notices).toEqual([expect.stringMatching(/^connections are refused: at most 3 may be open/)]);
    await others[0]!.close();
    expect(
      await until('there is room', () =>
        server
          .connect()
          .then((connection) => r.expr(2).run(connection))
          .catch(() => null),
      ),
    ).toBe(2);
    expect(await r.expr(1).run(first)).toBe(1);
  });

  test('connections share a limit for the bytes of incomplete queries', async () => {
    const connection = await start({ queryBytes: 2 * MEGABYTE });
    const [first, second] = [await authenticated(), await authenticated()];
    const part = frame(7n, 'x'.repeat(1.5 * MEGABYTE), 100 * MEGABYTE);
    first.send(part);
    await until('the first is read', () => first.socket.writableLength === 0);
    second.send(part);
    const refused = await Promise.race([
      second.response(),
      first.response(), // whichever was read last
    ]);
    expect(refused).toMatchObject({ token: 7n, t: 18, e: 2_000_000 });
    expect(refused.r[0]).toContain(`the limit is ${2 * MEGABYTE}`);
    expect(await r.expr('x'.repeat(20_000)).run(connection)).toHaveLength(20_000);
    for (const { socket } of [first, second]) socket.destroy();
    const large = 'x'.repeat(1.5 * MEGABYTE);
    expect(
      await until('there is room again', async () => {
        const again = await server.connect();
        return r
          .expr(large)
          .count()
          .run(again)
          .catch((error: Error) => (error.name === 'ReqlDriverError' ? null : error.name));
      }),
    ).toBeTruthy();
  });

  test('connections are closed if a query is not received completely in time, but not if they are idle', async () => {
    const connection = await start({ queryReceiveMs: 100 });
    const raw = await authenticated();
    raw.send(frame(1n, '[1,', 100));
    await raw.end();
    expect(await r.expr(1).run(connection)).toBe(1);
  });
});

describe('one connection', () => {
  test('one connection has a limit of open cursors and feeds, which closed ones do not count for', async () => {
    const connection = await start({ cursors: 5, feeds: 3 });
    await r.tableCreate('t').run(connection);
    const feeds = [];
    for (let n = 0; n < 3; n++) feeds.push(await r.table('t').changes().run(connection));
    await expect(r.table('t').changes().run(connection)).rejects.toMatchObject({
      name: 'ReqlResourceLimitError',
      msg: 'Too many open changefeeds on this connection (the limit is 3).',
    });
    const open = () => r.range().run(connection, { maxBatchRows: 1 });
    const cursors = [await open(), await open()];
    await expect(open()).rejects.toMatchObject({
      name: 'ReqlResourceLimitError',
      msg: 'Too many open cursors on this connection (the limit is 5).',
    });
    await feeds[0].close();
    await cursors[0].close();
    await (await r.table('t').changes().run(connection)).close();
    await (await open()).close();
  });

  test('one connection has a limit of unanswered queries', async () => {
    await start({ queries: 10 });
    const raw = await authenticated();
    const queries = Array.from({ length: 30 }, (_, n) => frame(BigInt(n + 1), '[1,5]'));
    raw.send(...queries);
    const responses = [];
    for (let n = 0; n < 30; n++) responses.push(await raw.response());
    const refused = responses.filter(({ t }) => t === 18);
    expect(responses.length - refused.length).toBeGreaterThanOrEqual(10);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]!.r).toEqual(['Too many unanswered queries on this connection (the limit is 10).']);
    expect(await raw.ask(99n, [1, 6])).toMatchObject({ t: 1, r: [6] });
  });

  test('one connection has a limit of waiting calls of noreplyWait', async () => {
    await start({ noreplyWaits: 3 });
    const raw = await authenticated();
    const write = frame(1n, JSON.stringify([1, [57, ['other']], { noreply: true }]));
    const waits = Array.from({ length: 6 }, (_, n) => frame(BigInt(n + 10), '[4]'));
    raw.send(write, ...waits);
    const responses = [];
    for (let n = 0; n < 6; n++) responses.push(await raw.response());
    expect(responses.filter(({ t }) => t === 4)).toHaveLength(3);
    expect(responses.find(({ t }) => t === 18)!.r[0]).toContain('calls of noreplyWait');
  });
});
