import r from 'rethinkdb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  MAX_PINS_PER_ROOM,
  MAX_REACTIONS_PER_MESSAGE,
} from '../../server/database/tables/annotations/annotation-table.js';
import { AnnotationSweep } from '../../server/rooms/annotation-sweep.js';
import { createLog } from '../../server/telemetry/logger.js';
import { openDatabase, type TestDatabase } from '../support/database.js';
import { ann, bob, type Stack, startStack } from '../support/stack.js';
import { until } from '../support/until.js';
import { View } from '../support/view.js';

let database: TestDatabase;
let stack: Stack;
let driver: r.Connection;
const [messages, reactions, pins] = ['messages', 'reactions', 'pins'].map((name) => r.table(name)) as [
  r.Table,
  r.Table,
  r.Table,
];

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

const say = (room: string, body = 'hi') =>
  stack.messages.insert({ room, body, author: ann }).then(({ message }) => message.id);
const react = (room: string, id: string, emoji: string, by = ann.id_user, isAdded = true) =>
  stack.rooms.react({ room, id, emoji, by: { id_user: by, name: by }, isAdded });
const count = (table: r.Table, id: string, index?: string) =>
  table
    .getAll(id, ...(index ? [{ index }] : []))
    .count()
    .run(driver);

describe('reactions', () => {
  test('a room shows reactions that users add and remove', async () => {
    const view = await enter('reacting');
    const id = await say('reacting');
    await react('reacting', id, '👍');
    await react('reacting', id, '👍', bob.id_user);
    await react('reacting', id, '👍', bob.id_user);
    await react('reacting', id, '🎉', bob.id_user);
    await until('all reactions are shown', () => view.messages[0]?.reactions?.length === 2);
    expect(view.messages[0]?.reactions).toEqual([
      { emoji: '👍', count: 2, id_users: ['ann', 'bob'] },
      { emoji: '🎉', count: 1, id_users: ['bob'] },
    ]);
    await react('reacting', id, '👍', ann.id_user, false);
    await react('reacting', id, '🎉', bob.id_user, false);
    await until('one reaction is left', () => view.messages[0]?.reactions?.[0]?.count === 1);
    await until('the other one is removed', () => view.messages[0]?.reactions?.length === 1);
    view.leave();
  });

  test('a room shows reactions that a driver inserts and deletes, in the snapshot too', async () => {
    const view = await enter('by driver');
    const id = await say('by driver');
    const keys = ['Zoë', 'Max'].map((user) => [id, user, '❤']);
    await reactions.insert(keys.map((key) => ({ id: key, room: 'by driver' }))).run(driver);
    await until('both are shown', () => view.messages[0]?.reactions?.[0]?.count === 2);
    // Without its room and with further fields, a row counts all the same.
    await reactions.insert({ id: [id, 'Ida', '❤️'], comment: 'by hand' }).run(driver);
    await until('three are shown', () => view.messages[0]?.reactions?.[0]?.count === 3);
    const late = await enter('by driver');
    expect(late.messages).toEqual(view.messages);
    await Promise.all(
      keys.map((key) =>
        reactions
          .get(key as never)
          .delete()
          .run(driver),
      ),
    );
    await until('one is left', () => view.messages[0]?.reactions?.[0]?.count === 1);
    view.leave();
    late.leave();
  });

  test('a reaction that is inserted before its message is shown with it', async () => {
    const view = await enter('early');
    await reactions.insert({ id: ['later', 'Zoë', '👀'], room: 'early' }).run(driver);
    await messages.insert({ id: 'later', room: 'early', body: 'here' }).run(driver);
    await until('the reaction is shown', () => view.messages[0]?.reactions?.[0]?.emoji === '👀');
    view.leave();
  });

  test('rows that are no reactions are ignored', async () => {
    const view = await enter('odd rows');
    const id = await say('odd rows');
    const rows = [[id, 'Zoë', 'lol'], [id, 7, '👍'], [id], [id, 'Zoë', '👍👍']].map((key) => ({
      id: key,
      room: 'odd rows',
    }));
    await reactions.insert(rows).run(driver);
    await reactions.insert({ id: [id, 'Zoë', '👍'], room: 'odd rows', created: 'today' }).run(driver);
    await until('the proper one is shown', () => view.messages[0]?.reactions !== undefined);
    expect(view.messages[0]?.reactions).toEqual([{ emoji: '👍', count: 1, id_users: ['Zoë'] }]);
    view.leave();
  });

  test('an edited message keeps its reactions, also one before the window', async () => {
    const id = await say('edited', 'first');
    await react('edited', id, '👍');
    await messages
      .insert(Array.from({ length: 120 }, (_, i) => ({ room: 'edited', body: `n${i}` })))
      .run(driver);
    const view = await enter('edited');
    const newest = view.messages.at(-1)!.id;
    await react('edited', newest, '🎉');
    await until('the reaction is shown', () => view.messages.at(-1)?.reactions !== undefined);
    await messages.get(newest).update({ body: 'changed' }).run(driver);
    await until('the edit is shown', () => view.bodies.includes('changed'));
    expect(view.messages.find((message) => message.id === newest)?.reactions).toHaveLength(1);
    await messages.get(id).update({ body: 'old and changed' }).run(driver);
    await until('the reactions of the old message follow its edit', () =>
      view.frames.some((frame) => frame.type === 'annotationsChanged' && frame.id === id),
    );
    view.leave();
  });

  test('a message with a thousand reactions costs bounded bytes', async () => {
    const id = await say('popular');
    const rows = Array.from({ length: 1_000 }, (_, i) => ({
      id: [id, `5f1c2f0e-6f0a-4f6e-9a39-${String(i).padStart(12, '0')}`, ['👍', '🎉', '👀'][i % 3]],
      room: 'popular',
      created: new Date(1e12 + i),
    }));
    const view = await enter('popular');
    await reactions.insert(rows).run(driver);
    await until(
      'all are counted',
      () => (view.messages[0]?.reactions ?? []).reduce((sum, one) => sum + one.count, 0) === 1_000,
    );
    const [first] = view.messages;
    expect(first?.reactions?.map((one) => [one.emoji, one.count, one.id_users.length])).toEqual([
      ['👍', 334, 20],
      ['🎉', 333, 20],
      ['👀', 333, 20],
    ]);
    expect(JSON.stringify(first).length).toBeLessThan(4_000);
    view.leave();
  });

  test('a message has at most twenty different emoji, and a limited number of reactions', async () => {
    const id = await say('limits');
    const emoji = Array.from({ length: 20 }, (_, i) => String.fromCodePoint(0x1f600 + i));
    await reactions.insert(emoji.map((one) => ({ id: [id, 'Zoë', one], room: 'limits' }))).run(driver);
    await expect(react('limits', id, '👍')).rejects.toMatchObject({
      code: 'too-many-reactions',
      details: { limit: 20 },
    });
    await react('limits', id, emoji[0]!);
    const many = Array.from({ length: MAX_REACTIONS_PER_MESSAGE }, (_, i) => ({
      id: [id, `u${i}`, emoji[0]],
    }));
    await reactions.insert(many).run(driver);
    await expect(react('limits', id, emoji[1]!)).rejects.toMatchObject({
      details: { limit: MAX_REACTIONS_PER_MESSAGE },
    });
    await expect(react('elsewhere', id, emoji[1]!)).rejects.toMatchObject({ code: 'no-such-message' });
  });

  test('a reaction to a message with a long id has a key that the database accepts', async () => {
    const id = 'm'.repeat(64);
    await messages.insert({ id, room: 'long ids', body: 'hi' }).run(driver);
    const view = await enter('long ids');
    await react('long ids', id, '👍', 'u'.repeat(60));
    await until('it is shown', () => view.messages[0]?.reactions?.[0]?.id_users[0] === 'u'.repeat(60));
    await react('long ids', id, '👍', 'u'.repeat(60), false);
    await until('it is removed', () => view.messages[0]?.reactions === undefined);
    view.leave();
  });
});

describe('pins', () => {
  const setPinned = (room: string, id: string, isPinned = true) =>
    stack.rooms.setPinned({ room, id, by: ann, isPinned });
  const join = (room: string) =>
    r
      .table('memberships')
      .insert({ id: [room, ann.id_user] })
      .run(driver);

  test('members pin and unpin messages, and drivers do', async () => {
    await join('pinboard');
    const view = await enter('pinboard');
    const [one, two] = [await say('pinboard', 'one'), await say('pinboard', 'two')];
    await setPinned('pinboard', one);
    await until('the pin is shown', () => view.messages[0]?.pinned?.id_user === ann.id_user);
    await pins.insert({ id: two, room: 'pinboard', created: r.now() }).run(driver);
    await until('the other pin is shown', () => view.messages[1]?.pinned?.id_user === null);
    expect((await stack.rooms.pinned('pinboard', 'reader')).map(({ body }) => body)).toEqual(['two', 'one']);
    await setPinned('pinboard', one, false);
    await until('the message is unpinned', () => view.messages[0]?.pinned === undefined);
    view.leave();
  });

  test('users who are not members cannot pin', async () => {
    const id = await say('no members');
    await expect(setPinned('no members', id)).rejects.toMatchObject({ code: 'members-only' });
  });

  test(`a room has at most ${MAX_PINS_PER_ROOM} pins`, async () => {
    await join('full board');
    const id = await say('full board');
    const rows = Array.from({ length: MAX_PINS_PER_ROOM }, (_, i) => ({ id: `p${i}`, room: 'full board' }));
    await pins.insert(rows).run(driver);
    await expect(setPinned('full board', id)).rejects.toMatchObject({
      code: 'too-many-pins',
      details: { limit: MAX_PINS_PER_ROOM },
    });
  });
});

describe('a deleted message', () => {
  test('a deletion by a user deletes reactions and pin', async () => {
    const id = await say('closed room');
    await react('closed room', id, '👍', 'Zoë');
    await pins.insert({ id, room: 'closed room' }).run(driver);
    await stack.rooms.remove({ room: 'closed room', id, by: ann.id_user });
    await until('no reaction is left', async () => (await count(reactions, id, 'id_message')) === 0);
    await until('no pin is left', async () => (await count(pins, id)) === 0);
  });

  test('a deletion by a driver deletes the reactions while the room is open', async () => {
    const view = await enter('open room');
    const id = await say('open room');
    await react('open room', id, '👍');
    await messages.get(id).delete().run(driver);
    await until('no reaction is left', async () => (await count(reactions, id, 'id_message')) === 0);
    view.leave();
  });

  test('a sweep deletes reactions and pins of messages that do not exist, once in an interval', async () => {
    const kept = await say('swept');
    const orphans = Array.from({ length: 7 }, (_, i) => ({
      id: [`orphan ${i}`, 'Zoë', '👍'],
      room: 'swept',
    }));
    await reactions.insert([...orphans, { id: [kept, 'Zoë', '👍'], room: 'swept' }]).run(driver);
    await pins
      .insert([
        { id: 'orphan 1', room: 'swept' },
        { id: kept, room: 'swept' },
      ])
      .run(driver);
    const sweep = new AnnotationSweep(stack.messages.annotations, createLog({ log: 'silent' }), {
      batchRows: 2,
    });
    expect(await sweep.run()).toBeGreaterThanOrEqual(8);
    expect(await count(reactions, 'orphan 3', 'id_message')).toBe(0);
    expect(await count(pins, 'orphan 1')).toBe(0);
    expect(await count(reactions, kept, 'id_message')).toBe(1);
    expect(await count(pins, kept)).toBe(1);
    expect(await sweep.run()).toBeNull();
    sweep.stop();
  });
});
