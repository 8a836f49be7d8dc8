import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Connection, r } from '../support/driver.js';
import { startTestServer, type TestServer } from '../support/start.js';
import { until } from '../support/until.js';
import { frame, RawClient } from './raw-client.js';

let server: TestServer;
let connection: Connection;
const clients: RawClient[] = [];

beforeAll(async () => {
  server = await startTestServer();
  connection = await server.connect();
  await r.tableCreate('t').run(connection);
  await r
    .table('t')
    .insert(Array.from({ length: 100 }, (_, id) => ({ id })))
    .run(connection);
});
afterAll(async () => {
  for (const { socket } of clients) socket.destroy();
  await server.stop();
  expect(server.faults).toEqual([]);
});

async function login(): Promise<RawClient> {
  const raw = new RawClient(server);
  clients.push(raw);
  await raw.login();
  return raw;
}

const [START, CONTINUE, STOP, NOREPLY_WAIT, SERVER_INFO] = [[1], [2], [3], [4], [5]].map(([type]) => type);
const TABLE = [15, ['t']];
const CHANGES = [152, [TABLE]];

describe('queries', () => {
  test.each([
    ['no JSON', '{', 'Client is buggy (failed to deserialize query).'],
    ['no array', '{}', 'Expected a query to be an array, but found OBJECT.'],
    ['no type', '["x"]', 'Expected a query type as a number, but found STRING.'],
    ['an unknown type', '[99]', 'Unrecognized QueryType: 99.'],
    ['empty', '[]', 'Expected 1 to 3 elements in the top-level query, but found 0.'],
    ['no term', '[1]', 'Expected a term to start.'],
    ['odd options', '[1,5,[]]', 'Expected global optargs as an object, but found ARRAY.'],
    ['an unknown term', '[1,[9999,[]]]', 'Unrecognized TermType'],
    ['nothing', '', 'Client is buggy (failed to deserialize query).'],
  ])('queries that are %s get an error, and the connection remains usable', async (_, body, text) => {
    const raw = await login();
    const answer = await raw.ask(7n, body);
    expect(answer).toMatchObject({ token: 7n, b: [] });
    expect([16, 17, 18]).toContain(answer.t);
    expect(answer.r[0]).toContain(text);
    expect(await raw.ask(8n, [START, 5])).toEqual({ token: 8n, t: 1, r: [5] });
  });

  test('queries keep all 64 bits of their tokens, in one chunk or split anywhere', async () => {
    const raw = await login();
    const tokens = [0n, 1n, -1n, 2n ** 62n];
    const bytes = Buffer.concat(tokens.map((token) => frame(token, JSON.stringify([START, String(token)]))));
    raw.send(bytes);
    for (const token of tokens) expect(await raw.response()).toMatchObject({ token, r: [String(token)] });
    for (const byte of bytes) raw.send(Buffer.from([byte]));
    for (const token of tokens) expect(await raw.response()).toMatchObject({ token, r: [String(token)] });
  });

  test('queries that are nested too deeply get an error', async () => {
    const raw = await login();
    const depth = 200_000;
    const answer = await raw.ask(1n, `[1,${'[2,['.repeat(depth)}1${']]'.repeat(depth)}]`);
    expect([16, 17, 18]).toContain(answer.t);
    expect(await raw.ask(2n, [START, 5])).toMatchObject({ r: [5] });
  });

  test('queries longer than 128 MiB are refused before they are read', async () => {
    const raw = await login();
    raw.send(frame(3n, '', 128 * 1024 * 1024));
    const answer = await raw.response();
    expect(answer).toMatchObject({ token: 3n, t: 16 });
    expect(answer.r[0]).toBe('Query size (134217728) greater than maximum (134217727).');
    await raw.end();
  });

  test('queries of the types SERVER_INFO and NOREPLY_WAIT are answered', async () => {
    const raw = await login();
    expect(await raw.ask(1n, [SERVER_INFO])).toMatchObject({ t: 5, r: [{ name: 'embedded', proxy: false }] });
    raw.query(2n, [START, [56, [[15, ['t']], { id: 'silent' }]], { noreply: true }]);
    expect(await raw.ask(3n, [NOREPLY_WAIT])).toEqual({ token: 3n, t: 4, r: [] });
    expect(await raw.ask(4n, [START, [16, [TABLE, 'silent']]])).toMatchObject({ r: [{ id: 'silent' }] });
    await r.table('t').get('silent').delete().run(connection);
  });
});

describe('cursors', () => {
  test('cursors return batches, of which the last is marked', async () => {
    const raw = await login();
    const limits = { max_batch_rows: 40, first_batch_scaledown_factor: 4 };
    expect(await raw.ask(1n, [START, TABLE, limits])).toMatchObject({ t: 3, n: [], r: { length: 10 } });
    expect(await raw.ask(1n, [CONTINUE])).toMatchObject({ t: 3, r: { length: 40 } });
    expect(await raw.ask(1n, [CONTINUE])).toMatchObject({ t: 3, r: { length: 40 } });
    expect(await raw.ask(1n, [CONTINUE])).toMatchObject({ t: 2, r: { length: 10 } });
    expect(await raw.ask(1n, [CONTINUE])).toMatchObject({ t: 16, r: ['Token 1 not in stream cache.'] });
  });

  test('cursors can be stopped', async () => {
    const raw = await login();
    await raw.ask(1n, [START, TABLE, { max_batch_rows: 4 }]);
    expect(await raw.ask(1n, [STOP])).toEqual({ token: 1n, t: 2, r: [], n: [] });
    expect(await raw.ask(1n, [CONTINUE])).toMatchObject({ t: 16 });
    expect(await raw.ask(1n, [STOP])).toMatchObject({ t: 16, r: ['Token 1 not in stream cache.'] });
  });

  test('cursors reserve their token', async () => {
    const raw = await login();
    await raw.ask(1n, [START, TABLE, { max_batch_rows: 4 }]);
    expect(await raw.ask(1n, [START, 5])).toMatchObject({ t: 16, r: ['ERROR: duplicate token 1'] });
    expect(await raw.ask(1n, [NOREPLY_WAIT])).toMatchObject({ t: 16, r: ['ERROR: duplicate token 1'] });
  });

  test('cursors of a feed answer immediately, then after changes; a stop answers the waiting request too', async () => {
    const raw = await login();
    expect(await raw.ask(1n, [START, CHANGES])).toEqual({ token: 1n, t: 3, r: [], n: [1] });
    raw.query(1n, [CONTINUE]);
    expect(await raw.ask(2n, [START, 'unrelated'])).toMatchObject({ token: 2n, r: ['unrelated'] });
    await r.table('t').get(5).update({ a: 1 }).run(connection);
    expect(await raw.response()).toMatchObject({
      token: 1n,
      t: 3,
      r: [{ new_val: { id: 5, a: 1 }, old_val: { id: 5 } }],
    });
    raw.query(1n, [CONTINUE]);
    raw.query(1n, [STOP]);
    for (let i = 0; i < 2; i++) expect(await raw.response()).toEqual({ token: 1n, t: 2, r: [], n: [] });
  });

  test('cursors of a noreply query are closed immediately', async () => {
    const raw = await login();
    raw.query(1n, [START, CHANGES, { noreply: true }]);
    expect(await raw.ask(2n, [NOREPLY_WAIT])).toMatchObject({ t: 4 });
    expect(await raw.ask(1n, [CONTINUE])).toMatchObject({ t: 16 });
  });
});

describe('clients that misbehave', () => {
  test('clients may disconnect during a query, a frame or a feed', async () => {
    for (const last of [
      frame(1n, JSON.stringify([START, CHANGES])),
      frame(2n, 'half', 100),
      Buffer.from([1]),
    ]) {
      const raw = await login();
      raw.send(last);
      raw.socket.resetAndDestroy();
    }
    await r.table('t').get(6).update({ a: 1 }).run(connection);
    expect(await r.table('t').count().run(connection)).toBe(100);
  });

  test('clients that do not read their responses are paused', async () => {
    const raw = await login();
    raw.socket.pause();
    const big = 'x'.repeat(1024 * 1024);
    let written = 0;
    const pushBack = () => raw.socket.writableLength > 4 * big.length;
    await until('the server stops reading', () => {
      if (!pushBack()) raw.query(BigInt(++written), [START, big]);
      return pushBack();
    });
    expect(written).toBeLessThan(200);
    raw.socket.resume();
    for (let i = 1; i <= written; i++) expect((await raw.response()).token).toBe(BigInt(i));
  });
});
