import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Connection } from 'rethinkdb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { r } from '../../server/database/connection/reql.js';
import type { SearchResult } from '../../server/protocol/entities.js';
import { openDatabase, type TestDatabase } from '../support/database.js';
import { endAllServers, type ServerProcess, startServer } from '../support/server-process.js';
import { until } from '../support/until.js';

/** The build reads them in 7 pages, so that it can be interrupted. */
const ROWS = 3_008;
/** One of 16 rows matches. */
const STEP = 16;
const PAGE = 50;

let database: TestDatabase;
let driver: Connection;
let folder: string;
const idOf = (i: number) => `row-${String(i).padStart(5, '0')}`;
const table = () => r.db(database.address.db).table('messages');

/** A process with an index of its own. */
function start(name: string): Promise<ServerProcess> {
  const { user, password, db } = database.address;
  const login = user === 'admin' && password === '' ? '' : `${user}:${encodeURIComponent(password)}@`;
  return startServer({
    RETHINKDB_URL: `rethinkdb://${login}${database.host}:${database.port}/${db}`,
    DATA_DIR: path.join(folder, name),
    LIMIT_SEARCHES: '0',
    LIMIT_REQUESTS: '0',
    LOG_LEVEL: 'info',
  });
}

async function search({ url }: ServerProcess, q: string, limit = PAGE, before: string | null = null) {
  const parameters = new URLSearchParams({ q, limit: `${limit}`, ...(before && { before }) });
  const response = await fetch(`${url}/api/search?${parameters}`);
  const page = (await response.json()) as {
    results?: SearchResult[];
    next?: string | null;
    indexed?: number;
  };
  return { bodies: (page.results ?? []).map(({ message }) => message.body), next: null, indexed: 0, ...page };
}

/** All results, page by page. */
async function all(server: ServerProcess, q: string): Promise<string[]> {
  const found: string[] = [];
  let next: string | null = null;
  do {
    const page = await search(server, q, PAGE, next);
    found.push(...page.bodies);
    next = page.next;
  } while (next !== null);
  return found.map((body) => body.split(' ', 2).join(' '));
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'changeroom-killed-'));
  database = await openDatabase();
  driver = await database.connect();
});

afterAll(async () => {
  await endAllServers();
  await database.stop();
  await rm(folder, { recursive: true, force: true });
});

test('an index whose process is killed while it is built continues, and finds each message once', async () => {
  const first = await start('first');
  await until('the tables exist', async () => (await fetch(`${first.url}/readyz`)).ok);
  const rows = Array.from({ length: ROWS }, (_, i) => ({
    id: idOf(i),
    room: 'shelf',
    body: `${i % STEP === 0 ? 'needle' : 'hay'} ${i} ${'straw '.repeat(20)}`,
    sent: r.epochTime(1_700_000_000 + i),
  }));
  for (let i = 0; i < ROWS; i += 500)
    await table()
      .insert(rows.slice(i, i + 500))
      .run(driver);
  const second = await start('second');
  await until(
    'a part of the index is built',
    async () => (await search(second, 'needle', 1)).indexed > 0,
    30_000,
  );
  await second.end('SIGKILL');
  expect(second.output).not.toContain('build ended');
  // In the part that is built, and in the part that is not.
  await table()
    .get(idOf(ROWS - STEP))
    .update({ body: 'changed 1' })
    .run(driver);
  await table().get(idOf(0)).update({ body: 'changed 0' }).run(driver);
  await table()
    .insert([
      { id: 'a-late', room: 'shelf', body: 'needle first' },
      { id: 'z-late', room: 'shelf', body: 'needle second', sent: r.now().add(1) },
    ])
    .run(driver);
  const again = await start('second');
  const expected = rows
    .filter((_, i) => i % STEP === 0 && i > 0 && i < ROWS - STEP)
    .map((_, i) => `needle ${(i + 1) * STEP}`)
    .reverse();
  for (const server of [first, again]) {
    await until(
      'the index is complete',
      async () => (await search(server, 'hay', 1)).indexed === 100,
      30_000,
    );
    await until('the changes', async () => (await all(server, 'needle')).length === expected.length + 2);
    expect(await all(server, 'needle')).toEqual(['needle second', 'needle first', ...expected]);
    await until('the edits', async () => (await all(server, 'changed')).join() === 'changed 1,changed 0');
  }
  // It has not begun again.
  const [, indexed] = /"indexed":(\d+)[^\n]*build started/.exec(again.output) ?? [];
  expect(Number(indexed)).toBeGreaterThan(0);
  await first.end('SIGKILL');
  await table().insert({ id: 'later', room: 'shelf', body: 'needle later' }).run(driver);
  const restarted = await start('first');
  for (const server of [again, restarted])
    await until('the new message is found', async () => (await all(server, 'later')).length === 1, 30_000);
  expect(await all(restarted, 'needle')).toHaveLength(expected.length + 3);
}, 90_000);
