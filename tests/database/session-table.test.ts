import r from 'rethinkdb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type NewSession, SessionTable } from '../../server/database/tables/session-table.js';
import { createLog } from '../../server/telemetry/logger.js';
import { openDatabase, type TestDatabase } from '../support/database.js';
import { type Stack, startStack } from '../support/stack.js';
import { until } from '../support/until.js';

const MINUTE = 60_000;

let database: TestDatabase;
let stack: Stack;
let table: SessionTable;
let console_: r.Connection;

beforeAll(async () => {
  database = await openDatabase();
  stack = await startStack(database);
  table = new SessionTable(stack.database, createLog({ log: 'silent' }));
  console_ = await database.connect();
  await until('changes are followed', () => table.cache.isFollowing);
});
afterAll(async () => {
  table?.cache.close();
  await stack?.stop();
  await database?.stop();
});

const now = Date.UTC(2030, 0, 1);

const session = (id: string, more: Partial<NewSession> = {}): NewSession => ({
  id,
  id_user: `user of ${id}`,
  name: 'Ada',
  issued: now,
  expires: now + 5 * MINUTE,
  ends: now + 60 * MINUTE,
  token: null,
  refresh_token: 'sealed refresh token',
  id_token: 'sealed ID token',
  ...more,
});

async function added(id: string, more: Partial<NewSession> = {}) {
  await table.add(session(id, more), now);
  const found = await table.get(id);
  if (!found) throw new Error('the session was not added');
  return found;
}

describe('SessionTable', () => {
  test('a session is stored, and its tokens are not held in memory', async () => {
    expect(await added('a')).toEqual({
      id: 'a',
      id_user: 'user of a',
      name: 'Ada',
      issued: now,
      refreshed: now,
      expires: now + 5 * MINUTE,
      ends: now + 60 * MINUTE,
      isRenewable: true,
      isGuest: false,
      token: null,
    });
  });

  test('of many attempts at a time, one claims a session', async () => {
    const found = await added('b');
    const claims = await Promise.all(
      Array.from({ length: 20 }, (_, i) => table.claim(found, `attempt ${i}`, now, MINUTE)),
    );
    expect(claims.filter((token) => token !== null)).toEqual(['sealed refresh token']);
  });

  test('a claim ends by its release, by a refresh, and by its age', async () => {
    const found = await added('c');
    expect(await table.claim(found, 'one', now, MINUTE)).not.toBeNull();
    expect(await table.claim(found, 'two', now + MINUTE, MINUTE)).toBeNull();
    expect(await table.claim(found, 'two', now + MINUTE + 1, MINUTE)).not.toBeNull();
    await table.release('c', 'one');
    expect(await table.claim(found, 'three', now + MINUTE + 2, MINUTE)).toBeNull();
    await table.release('c', 'two');
    expect(await table.claim(found, 'three', now + MINUTE + 2, MINUTE)).not.toBeNull();
    const renewed = { ...session('c'), name: 'Ada L.', refresh_token: 'another one' };
    await table.renew('c', 'one', renewed, now + 2 * MINUTE);
    expect((await table.get('c'))?.refreshed).toBe(now);
    await table.renew('c', 'three', renewed, now + 2 * MINUTE);
    expect(await table.get('c')).toMatchObject({ name: 'Ada L.', refreshed: now + 2 * MINUTE });
    expect(await table.claim(found, 'four', now + 9 * MINUTE, MINUTE)).toBeNull();
  });

  test('a session that was deleted can be neither claimed nor refreshed', async () => {
    const found = await added('d');
    expect(await table.remove('d')).toEqual({
      refresh_token: 'sealed refresh token',
      id_token: 'sealed ID token',
    });
    expect(await table.remove('d')).toBeNull();
    expect(await table.claim(found, 'one', now, MINUTE)).toBeNull();
    await table.renew('d', 'one', session('d'), now);
    expect(await table.get('d')).toBeUndefined();
  });

  test('the rows of sessions that have ended are deleted', async () => {
    await added('e', { ends: now + MINUTE });
    await added('f', { ends: now + 2 * MINUTE });
    await table.purge(now + MINUTE + 1);
    await until('the row is deleted', async () => (await table.get('e')) === undefined);
    expect(await table.get('f')).toBeDefined();
  });

  test.each([
    ['without a user', { id_user: null }],
    ['without an end', { ends: 'later' }],
    ['without anything', {}],
  ])('a row %s, written by a driver, is no session', async (what, fields) => {
    const id = `driver ${what}`;
    const row = what === 'without anything' ? { id } : { id, id_user: 'x', ends: r.now().add(60), ...fields };
    await r.table('sessions').insert(row).run(console_);
    expect(await table.get(id)).toBeUndefined();
  });

  test('a row with the least that a session needs is one, without a refresh', async () => {
    await r
      .table('sessions')
      .insert({ id: 'least', id_user: 'ada', ends: new Date(now) })
      .run(console_);
    expect(await table.get('least')).toMatchObject({
      id_user: 'ada',
      name: 'ada',
      issued: 0,
      expires: now,
      isRenewable: false,
    });
  });
});
