import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { r } from '../../server/database/connection/reql.js';
import type { Datum, DriverConnection } from '../../server/database/connection/reql-types.js';
import { hookVersion, MESSAGE_HOOK_VERSION } from '../../server/database/schema/message-hook.js';
import { openDatabase, type TestDatabase } from '../support/database.js';
import { ann, type Stack, startStack } from '../support/stack.js';
import { until } from '../support/until.js';
import { View } from '../support/view.js';

const FAST = { database: { heartbeatMs: 200 }, schema: { checkMs: 200 } };
const ROOMS = ['one', 'two'];

let database: TestDatabase;
/** Two processes of one chat. */
let stacks: Stack[];
let connection: DriverConnection;
let views: { room: string; view: View }[];
let sequence = 0;

beforeEach(async () => {
  database = await openDatabase();
  stacks = [await startStack(database, FAST), await startStack(database, FAST)];
  connection = await database.connect();
  views = [];
  for (const { rooms } of stacks) {
    for (const room of ROOMS) {
      const view = new View();
      view.show((await rooms.join(room, view)).snapshot);
      views.push({ room, view });
    }
  }
});
afterEach(async () => {
  for (const stack of stacks) await stack.stop();
  await database.stop();
});

/** Writes by a driver and by a process, as soon as each is possible again. */
async function write(room: string): Promise<string[]> {
  const [typed, posted] = [`driver ${sequence++}`, `process ${sequence++}`];
  const insert = r.table('messages').insert({ id: typed, room, body: typed });
  await until('the driver can write', () =>
    insert.run(connection).then(
      ({ errors }) => errors === 0,
      () => false,
    ),
  );
  await until('the process can write', () =>
    stacks[0]!.messages.insert({ id: posted, room, body: posted, author: ann }).then(
      () => true,
      (error: { code: string }) => {
        expect(error.code).toBe('database-unavailable');
        return false;
      },
    ),
  );
  return [typed, posted];
}

async function inTable(room: string): Promise<string[]> {
  const table = r.table<{ room: string; body: string }>('messages');
  const rows = await (await table.filter({ room }).run(connection)).toArray();
  return rows.map(({ body }) => body).sort();
}

async function expectEqualViews(): Promise<void> {
  await until(
    'every view equals the table',
    async () => {
      for (const { room, view } of views) {
        if (view.bodies.sort().join() !== (await inTable(room)).join()) return false;
      }
      return true;
    },
    20_000,
  ).catch(() => {});
  for (const { room, view } of views) expect(view.bodies.sort()).toEqual(await inTable(room));
}

const hasHook = async (version = MESSAGE_HOOK_VERSION): Promise<boolean> => {
  const hook = await r.table('messages').getWriteHook().run(connection);
  return hookVersion(hook?.query ?? '') === version;
};

describe('a schema that is changed while the server runs', () => {
  test('a dropped index is created again, and views equal the table', async () => {
    await write('one');
    await r.table('messages').indexDrop('room_sent').run(connection);
    for (const room of ROOMS) await write(room);
    await expectEqualViews();
    expect(await r.table('messages').indexList().run(connection)).toContain('room_sent');
    for (const room of ROOMS) await write(room);
    await expectEqualViews();
  });

  test.each(['messages', 'rooms', 'memberships', 'users', 'nodes'])(
    'the dropped table %s is created again, and views equal it',
    async (name) => {
      for (const room of ROOMS) await write(room);
      await expectEqualViews();
      await r.tableDrop(name).run(connection);
      await until('the table is there again', async () =>
        (await r.tableList().run(connection)).includes(name),
      );
      for (const room of ROOMS) await write(room);
      await expectEqualViews();
      for (const { database: link } of stacks) expect(link.status.state).toBe('up');
    },
  );

  test('a removed write hook is set again, and rows without a time are completed', async () => {
    await r.table('messages').setWriteHook(null).run(connection);
    await r.table('messages').insert({ room: 'one', body: 'without a time' }).run(connection);
    await until('the hook is there again', () => hasHook());
    for (const room of ROOMS) await write(room);
    await expectEqualViews();
    expect(await inTable('one')).toContain('without a time');
  });

  test('an older and a foreign write hook are replaced', async () => {
    for (const text of ['changeroom messages hook 0', 'checks nothing']) {
      const other = (_context: unknown, _old: unknown, row: Datum) => r.expr(text).do(() => row);
      await r.table('messages').setWriteHook(other).run(connection);
      await until('our hook is set again', () => hasHook());
    }
  });

  test('an index of another program that is being built delays no write', async () => {
    await r.table('messages').indexCreate('kind').run(connection);
    for (const room of ROOMS) await write(room);
    await expectEqualViews();
  });
});

describe('a write hook of a newer version', () => {
  test('a write hook of a newer version is kept by running and starting servers', async () => {
    const newer = (_context: unknown, _old: unknown, row: Datum) =>
      r.expr('changeroom messages hook 999').do(() => row);
    await r.table('messages').setWriteHook(newer).run(connection);
    stacks.push(await startStack(database, FAST));
    // The table is repaired after the hook would have been replaced.
    await r.tableDrop('users').run(connection);
    await until('the schema is checked', async () => (await r.tableList().run(connection)).includes('users'));
    await write('one');
    expect(await hasHook(999)).toBe(true);
  });
});

describe('the heartbeat', () => {
  test('the heartbeat reopens an aborted feed and keeps the connection', async () => {
    const downs: string[] = [];
    for (const { database: link } of stacks) link.on('down', (reason) => downs.push(reason));
    const beats = async () =>
      (await r.table<{ beat: number }>('nodes').hasFields('beat').run(connection)).toArray();
    await r.tableDrop('nodes').run(connection);
    await until('the table can be read again', () => beats().then(Boolean, () => false));
    const before = Math.max(0, ...(await beats()).map(({ beat }) => beat));
    await until('many beats', async () => {
      const rows = await beats();
      return rows.length === 2 && rows.every(({ beat }) => beat > before + 10);
    });
    expect(downs).toEqual([]);
  });
});
