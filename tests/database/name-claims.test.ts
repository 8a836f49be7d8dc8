import { randomUUID } from 'node:crypto';
import r from 'rethinkdb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../server/database/connection/database.js';
import { UserTable } from '../../server/database/tables/user-table.js';
import { nameKeys } from '../../server/protocol/text/name-key.js';
import { createLog } from '../../server/telemetry/logger.js';
import { openDatabase, type TestDatabase } from '../support/database.js';
import { chatDatabase } from '../support/stack.js';
import { until } from '../support/until.js';

let server: TestDatabase;
let driver: r.Connection;
/** One for each of two processes. */
const links: Database[] = [];
const tables: UserTable[] = [];
const log = createLog({ log: 'silent' });

beforeAll(async () => {
  server = await openDatabase();
  for (const _ of [1, 2]) {
    const database = chatDatabase(server.address);
    links.push(database);
    tables.push(new UserTable(database, log));
    database.start();
    await database.ready(30_000);
  }
  driver = await server.connect();
});
afterAll(async () => {
  for (const link of links) await link.stop();
  await server.stop();
});

const user = (name = '') => ({ id_user: randomUUID(), name });
interface Row {
  id: string;
  name: string;
  name_key: string[];
  named: Date;
  tag?: string;
}
const rowOf = async (id: string) => (await r.table('users').get(id).run(driver)) as unknown as Row;
/** A name that no other test uses. */
let count = 0;
const newName = () => {
  count += 1;
  return `Person ${'abcdefghjknpqrstuvwxyz'[count]}${count}`;
};

describe('names that look alike', () => {
  test("a name that looks like another user's gets a mark, and the first user has no mark", async () => {
    const [table] = tables as [UserTable];
    const [first, second] = [user(), user()];
    const name = newName();
    expect(await table.rename(first, name)).toEqual({ ...first, name });
    const marked = await table.rename(second, ` ${name.toUpperCase()}\u200b`.trim());
    expect(marked.name).toMatch(/ #[0-9a-f]{4}$/);
    expect(await rowOf(first.id_user)).toMatchObject({ name, name_key: nameKeys(name) });
    expect((await rowOf(first.id_user)).tag).toBeUndefined();
    expect(marked.name).toMatch(new RegExp(`#${(await rowOf(second.id_user)).tag}$`));
    for (const each of tables)
      await until(
        'each process shows the mark',
        async () => (await each.get(second.id_user))?.name === marked.name,
      );
  });

  test('a marked user loses the mark with another name, and keeps it with the same name', async () => {
    const [table] = tables as [UserTable];
    const [first, second] = [user(), user()];
    const name = newName();
    await table.rename(first, name);
    const marked = await table.rename(second, name);
    expect(await table.rename(marked, marked.name)).toEqual(marked);
    const other = newName();
    expect((await table.rename(marked, other)).name).toBe(other);
    expect((await rowOf(second.id_user)).tag).toBeUndefined();
  });

  test('a name is cut where the mark would make it too long', async () => {
    const [table] = tables as [UserTable];
    const name = `${newName()} ${'x'.repeat(40)}`.slice(0, 40);
    await table.rename(user(), name);
    const marked = await table.rename(user(), name);
    expect([...marked.name]).toHaveLength(40);
    expect(marked.name).toMatch(/x #[0-9a-f]{4}$/);
  });

  test('a name is compared with those of users who got their names by joining a room', async () => {
    const [table] = tables as [UserTable];
    const [first, second] = [user(), user()];
    await table.introduce(first.id_user, 'Guest 2345');
    await table.introduce(second.id_user, 'Guest 2345');
    expect((await rowOf(first.id_user)).tag).toBeUndefined();
    expect((await rowOf(second.id_user)).tag).toMatch(/^[0-9a-f]{4}$/);
    await table.introduce(first.id_user, newName());
    expect((await rowOf(first.id_user)).name).toBe('Guest 2345');
  });
});

test('of users who choose a name at the same time in two processes, exactly one has no mark', async () => {
  for (let round = 0; round < 10; round++) {
    const name = newName();
    const users = Array.from({ length: 4 }, () => user());
    await Promise.all(users.map((each, i) => tables[i % 2]!.rename(each, name)));
    const rows = await Promise.all(users.map(({ id_user }) => rowOf(id_user)));
    rows.sort((a, b) => a.named.getTime() - b.named.getTime() || (a.id < b.id ? -1 : 1));
    expect(rows.map(({ tag }) => tag === undefined)).toEqual([true, false, false, false]);
  }
});

test('a name that is reserved for the server cannot be chosen', async () => {
  const [table] = tables as [UserTable];
  for (const name of [
    'Guest 1234',
    'guest1234',
    'ＧＵＥＳＴ l234',
    'Gu\u0435st 1234',
    'Mia #5f1c',
    'Mia ＃5f1c',
    'Mia # 5F1C',
    'Mia #5f1c2d',
  ])
    await expect(table.rename(user(), name), name).rejects.toMatchObject({
      code: 'bad-name',
      details: { field: 'name' },
    });
  for (const name of ['Guest', 'Guest of honour', 'Guest 12345', 'C#', 'Mia #1'])
    await expect(table.rename(user(), name), name).resolves.toBeDefined();
  expect((await table.rename(user('Guest 4821'), 'Guest 4821')).name).toMatch(/^Guest 4821/);
});

test('a row that another program writes gets a key, and a mark if it needs one', async () => {
  const [table] = tables as [UserTable];
  const [first, second] = [user(), user()];
  const name = newName();
  await table.rename(first, name);
  await r.table('users').insert({ id: second.id_user, name, colour: 'blue' }).run(driver);
  const row = await until('the row has a key', async () => {
    const found = await rowOf(second.id_user);
    return found.name_key && found.tag ? found : null;
  });
  expect(row).toMatchObject({
    name,
    colour: 'blue',
    name_key: nameKeys(name),
    tag: expect.stringMatching(/^[0-9a-f]{4}$/),
  });
  const other = newName();
  await r.table('users').get(second.id_user).update({ name: other }).run(driver);
  const changed = await until('the key follows the name', async () => {
    const found = await rowOf(second.id_user);
    return found.name_key.join() === nameKeys(other).join() ? found : null;
  });
  expect(changed.tag).toBeUndefined();
});

test('a row with an unusable name counts as a row without a name', async () => {
  const { id_user } = user();
  await r.table('users').insert({ id: id_user, name: '\u3164' }).run(driver);
  const last = user();
  await r.table('users').insert({ id: last.id_user, name: newName() }).run(driver);
  await until('a later row is known', () => tables[0]!.get(last.id_user));
  expect(await tables[0]!.get(id_user)).toBeUndefined();
});
