import r from 'rethinkdb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase, type TestDatabase } from '../support/database.js';
import { ann, type Stack, startStack } from '../support/stack.js';
import { until } from '../support/until.js';
import { View } from '../support/view.js';

let database: TestDatabase;
let stack: Stack;
let driver: r.Connection;
const messages = r.table('messages');

beforeAll(async () => {
  database = await openDatabase();
  stack = await startStack(database);
  driver = await database.connect();
});
afterAll(async () => {
  await stack?.stop();
  await database?.stop();
});

async function enter(room: string): Promise<View & { leave(): void }> {
  const view = new View();
  const membership = await stack.rooms.join(room, view);
  view.show(membership.snapshot);
  return Object.assign(view, { leave: () => membership.leave() });
}

/** Rooms that earlier tests left linger for a moment. */
const noFeeds = () => until('no feed is open', () => stack.messages.openFeeds === 0);

describe('a room', () => {
  test('a room shows rows that any program inserts, changes and deletes', async () => {
    const view = await enter('console');
    const inserted = await messages.insert({ room: 'console', body: 'hi' }).run(driver);
    const id = inserted.generated_keys[0]!;
    await until('the message is shown', () => view.bodies.includes('hi'));
    expect(view.messages[0]).toMatchObject({
      id,
      author: { id_user: null, name: 'anonymous' },
      kind: 'message',
    });
    expect(Math.abs(view.messages[0]!.sent - Date.now())).toBeLessThan(60_000);
    await messages.get(id).update({ body: 'ho' }).run(driver);
    await until('the edit is shown', () => view.bodies.includes('ho'));
    expect(view.messages[0]!.edited).toBeGreaterThan(0);
    await messages.get(id).delete().run(driver);
    await until('the deletion is shown', () => view.bodies.length === 0);
    view.leave();
  });

  test('a room shows no message of other rooms, and follows a message that moves', async () => {
    const here = await enter('here');
    const there = await enter('there');
    await messages.insert({ id: 'traveller', room: 'here', body: 'moving' }).run(driver);
    await until('it is here', () => here.bodies.length === 1);
    await messages.get('traveller').update({ room: 'there' }).run(driver);
    await until('it is there', () => there.bodies.length === 1);
    await until('it is here no more', () => here.bodies.length === 0);
    expect(there.frames.filter(({ type }) => type === 'deliverMessage')).toHaveLength(1);
    here.leave();
    there.leave();
  });

  test('a room keeps the newest hundred messages, and reads more when deletions leave few', async () => {
    const rows = Array.from({ length: 250 }, (_, i) => ({
      id: `row-${1000 + i}`,
      room: 'full',
      body: `n${i}`,
      sent: new Date(1e12 + i),
    }));
    await messages.insert(rows).run(driver);
    const view = await enter('full');
    expect(view.bodies).toEqual(rows.slice(150).map(({ body }) => body));
    await messages
      .getAll(...rows.slice(190).map(({ id }) => id))
      .delete()
      .run(driver);
    await until('the view is without them', () => view.bodies.length === 40);
    await until('the window begins further back', async () => {
      const later = await enter('full');
      later.leave();
      return later.bodies[0] === 'n90' && later.bodies.length === 100;
    });
    view.leave();
  });

  test('a room is read once for all subscribers that join together', async () => {
    await noFeeds();
    const views = await Promise.all(Array.from({ length: 50 }, () => enter('crowd')));
    expect(stack.messages.openFeeds).toBe(1);
    await stack.messages.insert({ room: 'crowd', body: 'hello all', author: ann });
    await until('every view has it', () => views.every((view) => view.bodies.includes('hello all')));
    for (const view of views) view.leave();
    await noFeeds();
  });

  test('a room catches up with changes during an interruption of its feed', async () => {
    const view = await enter('interrupted');
    for (const id of ['stays', 'changes', 'goes']) {
      await messages.insert({ id: `i-${id}`, room: 'interrupted', body: id }).run(driver);
    }
    await until('all are shown', () => view.bodies.length === 3);
    stack.database.drop();
    await messages.get('i-changes').update({ body: 'changed' }).run(driver);
    await messages.get('i-goes').delete().run(driver);
    await messages.insert({ room: 'interrupted', body: 'new' }).run(driver);
    await until('the view is right again', () => view.bodies.join() === 'stays,changed,new');
    const states = view.frames.filter((frame) => frame.type === 'roomState').map((frame) => frame.live);
    expect(states).toEqual([false, true]);
    view.leave();
  });

  test('joining a room that cannot be read fails with database-unavailable', async () => {
    const stopped = await startStack(database, { rooms: { readyMs: 50 } });
    await stopped.stop();
    await expect(stopped.rooms.join('nowhere', new View())).rejects.toMatchObject({
      code: 'database-unavailable',
    });
  });

  test('a room replays the frames after the last one that a client has got', async () => {
    const view = new View();
    const { room, leave } = await stack.rooms.join('replay', view);
    for (const body of ['a', 'b', 'c']) await stack.messages.insert({ room: 'replay', body, author: ann });
    await until('three frames', () => view.frames.length === 3);
    const missed = room.replay(room.epoch, 0);
    expect(missed?.json.map((json) => JSON.parse(json).message.body)).toEqual(['b', 'c']);
    expect(room.replay(room.epoch, room.last)?.json).toEqual([]);
    expect(room.replay('another life', 0)).toBeNull();
    expect(room.replay(room.epoch, room.last + 1)).toBeNull();
    leave();
  });
});

describe('many rooms', () => {
  test('many rooms use at most 32 feeds of their own and one shared feed', async () => {
    await noFeeds();
    const views = await Promise.all(Array.from({ length: 100 }, (_, i) => enter(`many-${i}`)));
    expect(stack.messages.openFeeds).toBe(33);
    await messages.insert(views.map((_, i) => ({ room: `many-${i}`, body: `to ${i}` }))).run(driver);
    await until('each has its own', () => views.every((view, i) => view.bodies.join() === `to ${i}`));
    stack.database.drop();
    await stack.database.ready(10_000);
    await messages.insert(views.map((_, i) => ({ room: `many-${i}`, body: `again ${i}` }))).run(driver);
    await until('each has both', () => views.every((view, i) => view.bodies.join() === `to ${i},again ${i}`));
    for (const view of views) view.leave();
    await noFeeds();
    expect(stack.rooms.size).toBe(0);
  });
});
