import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Connection } from 'rethinkdb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { r } from '../../server/database/connection/reql.js';
import type { SearchResult } from '../../server/protocol/entities.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { SocketClient } from '../support/socket-client.js';
import { until } from '../support/until.js';

interface Page {
  results: SearchResult[];
  next: string | null;
  indexed: number;
  code?: string;
  detail?: string;
}

let dataDir: string;
let test1: TestApp;
let driver: Connection;
const table = () => r.db(test1.database.address.db).table('messages');

async function search(q: string, query: Record<string, string> = {}, headers = {}): Promise<Page> {
  const parameters = new URLSearchParams({ q, ...query });
  const response = await fetch(`${test1.url}/api/search?${parameters}`, { headers });
  return (await response.json()) as Page;
}

/** Time for the thread of the index to start from TypeScript, on a busy machine. */
const INDEX_START_MS = 25_000;

const bodies = (page: Page) => (page.results ?? []).map(({ message }) => message.body);
const finds = (q: string, expected: string[]) =>
  until(
    `${q} finds ${expected}`,
    async () => {
      const page = await search(q);
      return page.indexed === 100 && JSON.stringify(bodies(page)) === JSON.stringify(expected);
    },
    INDEX_START_MS,
  );

async function start(): Promise<TestApp> {
  return startTestApp({
    env: { SEARCH: 'true', DATA_DIR: dataDir, LIMIT_SEARCHES: '0', LIMIT_REQUESTS: '0' },
    ...(test1 && { database: test1.database }),
  });
}

async function guest(name = 'Guest'): Promise<{ id_user: string; authorization: string }> {
  const response = await fetch(`${test1.url}/api/guests`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name }),
  });
  const { id_user, token } = (await response.json()) as { id_user: string; token: string };
  return { id_user, authorization: `Bearer ${token}` };
}

describe('search', () => {
  beforeAll(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), 'changeroom-search-'));
    test1 = await start();
    driver = await test1.database.connect();
  });

  afterAll(async () => {
    await test1.app.stop();
    await test1.stop().catch(() => {});
    await test1.database.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  test('finds rows of any driver, their edits, and no longer those that were deleted', async () => {
    const id = 'driver-1';
    await table().insert({ id, room: 'tea', body: 'Ein schöner Käse' }).run(driver);
    await finds('kase', ['Ein schöner Käse']);
    await table().get(id).update({ body: '東京都の天気' }).run(driver);
    await finds('kase', []);
    await finds('京都', ['東京都の天気']);
    await table().get(id).delete().run(driver);
    await finds('京都', []);
  });

  test('answers newest first with the messages around each result, in pages', async () => {
    const rows = Array.from({ length: 7 }, (_, i) => ({
      id: `page-${i}`,
      room: 'pages',
      body: i % 2 === 0 ? `needle ${i}` : `hay ${i}`,
      sent: r.epochTime(1_700_000_000 + i),
    }));
    await table().insert(rows).run(driver);
    await finds('needle', ['needle 6', 'needle 4', 'needle 2', 'needle 0']);
    const first = await search('needle', { limit: '2' });
    expect(bodies(first)).toEqual(['needle 6', 'needle 4']);
    expect(first.results[1]).toMatchObject({
      marks: [{ start: 0, end: 6 }],
      previous: { body: 'hay 3' },
      next: { body: 'hay 5' },
    });
    const second = await search('needle', { limit: '2', before: first.next ?? '' });
    expect(bodies(second)).toEqual(['needle 2', 'needle 0']);
    expect(second.next).toBeNull();
    expect(bodies(await search('needle before:2023-11-14T22:13'))).toEqual([]);
    expect(bodies(await search('after:2023-11-13 before:2023-11-15 in:pages hay'))).toEqual([
      'hay 5',
      'hay 3',
      'hay 1',
    ]);
  });

  test('finds messages by their authors', async () => {
    const { id_user, authorization } = await guest('Grace Hopper');
    const send = (body: string) =>
      fetch(`${test1.url}/api/rooms/authors/messages`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json' },
        body: JSON.stringify({ body }),
      });
    await send('a moth in relay 70');
    await finds('moth', ['a moth in relay 70']);
    for (const q of ['from:"grace hopper"', 'from:hopper', `from:${id_user}`, 'from:@hopper moth'])
      expect(bodies(await search(q)), q).toEqual(['a moth in relay 70']);
    expect(bodies(await search('from:me moth', {}, { authorization }))).toEqual(['a moth in relay 70']);
    expect(bodies(await search('from:me moth'))).toEqual([]);
    expect(bodies(await search('from:ada moth'))).toEqual([]);
  });

  test('finds messages of a room for members for its members only, and no longer when they have left', async () => {
    const member = await guest();
    await r
      .db(test1.database.address.db)
      .table('rooms')
      .insert({ id: 'board', name: 'board', access: 'members' })
      .run(driver);
    const memberships = r.db(test1.database.address.db).table('memberships');
    await memberships
      .insert({ id: ['board', member.id_user], room: 'board', id_user: member.id_user })
      .run(driver);
    await table()
      .insert([
        { room: 'hall', body: 'merger rumours' },
        ...Array.from({ length: 60 }, (_, i) => ({ room: 'board', body: `merger ${i}` })),
      ])
      .run(driver);
    await until('the member finds the messages', async () => {
      const page = await search('merger', { limit: '50' }, { authorization: member.authorization });
      return page.results.length === 50;
    });
    await finds('merger', ['merger rumours']);
    const refused = await search('merger in:board');
    expect(refused.code).toBe('not-a-member');
    const socket = await SocketClient.open(test1.url, { authorization: member.authorization });
    const answer = await socket.ask<'searchResults'>({ type: 'search', q: '"merger 7" in:board' });
    expect(answer.results.map(({ message }) => message.body)).toEqual(['merger 7']);
    socket.close();
    await memberships.get(['board', member.id_user]).delete().run(driver);
    await until('the former member finds one message', async () => {
      const page = await search('merger', {}, { authorization: member.authorization });
      return bodies(page).join() === 'merger rumours';
    });
  });

  test('has metrics of its index: messages, size and lag', async () => {
    await finds('needle', ['needle 6', 'needle 4', 'needle 2', 'needle 0']);
    await until('the index is up to date', async () => {
      const text = await (await fetch(`${test1.url}/metrics`)).text();
      const value = (name: string) =>
        Number(new RegExp(`^changeroom_${name}(?:{.*})? (.+)$`, 'm').exec(text)?.[1]);
      const count = await table().count().run(driver);
      return (
        value('search_index_up') === 1 &&
        value('search_index_messages') === count &&
        value('search_index_size_bytes') > 10_000 &&
        value('search_index_built_ratio') === 1 &&
        value('search_index_lag_seconds') === 0 &&
        value('live_views') === 0
      );
    });
  });

  test('explains what is wrong with a query', async () => {
    expect(await search('tea "cake')).toMatchObject({ code: 'bad-query', field: 'q' });
    expect(await search('tea', { before: '…' })).toMatchObject({ code: 'bad-cursor', field: 'before' });
    expect(await search('tea', { limit: '51' })).toMatchObject({ code: 'bad-limit' });
  });

  test('finds after a restart what was written, edited and deleted in between', async () => {
    await table()
      .insert([
        { id: 'edited', room: 'tea', body: 'oolong first' },
        { id: 'deleted', room: 'tea', body: 'oolong second' },
      ])
      .run(driver);
    await until('both are found', async () => (await search('oolong')).results.length === 2);
    await test1.app.stop();
    await table().get('edited').update({ body: 'sencha first' }).run(driver);
    await table().get('deleted').delete().run(driver);
    await table()
      .insert([
        { room: 'tea', body: 'oolong third', sent: r.now() },
        { room: 'tea', body: 'oolong old', sent: r.epochTime(1_000_000_000) },
      ])
      .run(driver);
    test1 = await start();
    await finds('oolong', ['oolong third', 'oolong old']);
    await finds('sencha', ['sencha first']);
  });

  test('builds the index again when its file is damaged', async () => {
    await test1.app.stop();
    writeFileSync(path.join(dataDir, 'search', 'messages.db'), 'damaged'.repeat(5_000));
    test1 = await start();
    await finds('needle', ['needle 6', 'needle 4', 'needle 2', 'needle 0']);
  });
});
