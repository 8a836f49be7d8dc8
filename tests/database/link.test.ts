import r from 'rethinkdb';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TABLES } from '../../server/database/schema/tables.js';
import { openDatabase, type TestDatabase } from '../support/database.js';
import { ann, type Stack, startStack } from '../support/stack.js';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';
import { until } from '../support/until.js';
import { View } from '../support/view.js';

let database: TestDatabase;
let line: TcpProxy;
let stack: Stack;
let driver: r.Connection;

beforeEach(async () => {
  database = await openDatabase();
  line = await startTcpProxy(database.port);
  const address = database.at(line.port);
  stack = await startStack({ ...database, address }, { database: { heartbeatMs: 100, queryTimeoutMs: 500 } });
  driver = await database.connect();
});
afterEach(async () => {
  await stack.stop();
  await line.stop();
  await database.stop();
});

async function enter(room: string): Promise<View> {
  const view = new View();
  view.show((await stack.rooms.join(room, view)).snapshot);
  return view;
}

describe('the connection to the database', () => {
  test('a connection that is cut is opened again, and rooms catch up', async () => {
    const view = await enter('cut');
    line.cut();
    await until('the loss is detected', () => stack.database.status.state === 'down');
    await expect(stack.messages.insert({ room: 'cut', body: 'x', author: ann })).rejects.toMatchObject({
      code: 'database-unavailable',
    });
    await r.table('messages').insert({ room: 'cut', body: 'during the loss' }).run(driver);
    line.mend();
    await until('the room has caught up', () => view.bodies.join() === 'during the loss');
    expect(stack.database.status.state).toBe('up');
  });

  test('a connection that is open and silent is detected and opened again', async () => {
    const view = await enter('silent');
    line.freeze();
    await until('the loss is detected', () => stack.database.status.state !== 'up');
    await r.table('messages').insert({ room: 'silent', body: 'missed' }).run(driver);
    await until('the room has caught up', () => view.bodies.join() === 'missed');
    expect(view.frames.flatMap((frame) => (frame.type === 'roomState' ? [frame.live] : []))).toEqual([
      false,
      true,
    ]);
  });

  test('a connection without an answer in time is closed, and the query fails with database-unavailable', async () => {
    const held = line.holdAnswersTo('a query that gets no answer');
    const insert = stack.messages.insert({ room: 'late', body: 'a query that gets no answer', author: ann });
    await expect(insert).rejects.toMatchObject({ code: 'database-unavailable' });
    (await held)();
    await stack.database.ready(10_000);
    await stack.messages.insert({ room: 'late', body: 'answered', author: ann });
  });

  test('a connection is opened as soon as the database can be reached', async () => {
    line.cut();
    const late = {
      ...database.at(line.port),
      db: `${database.address.db}_late`,
    };
    const waiting = startStack({ ...database, address: late });
    line.mend();
    const other = await waiting;
    expect(other.database.status.state).toBe('up');
    await other.stop();
    await r.dbDrop(late.db).run(driver);
  });
});

describe('the schema', () => {
  test('the schema is created once by processes that start at the same time', async () => {
    const fresh = { ...database, address: { ...database.address, db: `${database.address.db}_race` } };
    const stacks = await Promise.all([1, 2, 3, 4].map(() => startStack(fresh)));
    for (const [i, each] of stacks.entries()) {
      await each.messages.insert({ room: 'race', body: `from ${i}`, author: ann });
    }
    const { messages } = await stacks[0]!.messages.latest('race', 10);
    expect(messages.map(({ body }) => body).sort()).toEqual(['from 0', 'from 1', 'from 2', 'from 3']);
    const tables = await r.db(fresh.address.db).tableList().run(driver);
    expect(tables.sort()).toEqual(TABLES.map(({ name }) => name).sort());
    for (const each of stacks) await each.stop();
    await r.dbDrop(fresh.address.db).run(driver);
  });
});
