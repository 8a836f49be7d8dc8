import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { MemoryPresence } from '../../server/presence/memory-presence.js';
import type { Presence } from '../../server/presence/presence.js';
import { RedisPresence } from '../../server/presence/redis-presence.js';
import type { TypingEvent } from '../../server/protocol/presence.js';
import { TYPING_DURATION_MS } from '../../server/protocol/typing-times.js';
import { createLog } from '../../server/telemetry/logger.js';
import { skipWithout } from '../support/programs.js';
import { type RedisServer, startRedis } from '../support/redis-server.js';
import { until } from '../support/until.js';
import { ManualClock } from './manual-clock.js';
import { random } from './random.js';
import { RoomView } from './room-view.js';

const WINDOW = 10_000;
const SEND = 10;
const TYPING_EVERY = 2_000;
const log = createLog({ log: 'silent' });

/** The process in which changes happen and the one that observes them; may be the same. */
interface Nodes {
  here: Presence;
  there: Presence;
}

function inMemory(clock: ManualClock): Nodes {
  const presence = new MemoryPresence(log, { clock, windowMs: WINDOW, typingEveryMs: TYPING_EVERY });
  return { here: presence, there: presence };
}

describe('presence in memory', () => suite(inMemory));

describe('presence in Redis', skipWithout('redis-server'), () => {
  let server: RedisServer;
  let keys = 0;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());

  const open = (key: string, clock: ManualClock) => {
    // The clock of Redis is not manual: leases must not expire because a test is slow.
    const options = {
      clock,
      windowMs: WINDOW,
      typingEveryMs: TYPING_EVERY,
      sendMs: SEND,
      heartbeatMs: 600_000,
    };
    const presence = new RedisPresence({ url: server.url, keyPrefix: key }, log, options);
    presence.start();
    return presence;
  };

  describe('in one process', () =>
    suite((clock) => {
      const presence = open(`test-${++keys}`, clock);
      return { here: presence, there: presence };
    }));

  describe('seen from another process', () =>
    suite((clock) => {
      const key = `test-${++keys}`;
      return { here: open(key, clock), there: open(key, clock) };
    }));
});

function suite(start: (clock: ManualClock) => Nodes): void {
  let clock: ManualClock;
  let here: Presence;
  let there: Presence;

  beforeEach(async () => {
    clock = new ManualClock();
    ({ here, there } = start(clock));
    await until('all are up', () => here.status.state === 'up' && there.status.state === 'up');
  });
  afterEach(async () => {
    await Promise.all([here.stop(), there.stop()]);
  });

  const ids = async (room: string) => (await there.users(room)).users.map(({ id_socket }) => id_socket);

  /** Advances the clock until the room is observed to have these sockets. */
  const seen = (room: string, sockets: string[]) =>
    until(`${sockets} in ${JSON.stringify(room)}`, async () => {
      clock.advance(SEND);
      return JSON.stringify(await ids(room)) === JSON.stringify(sockets);
    });

  test('a room lists every socket, grouped by user, in the same order in every process', async () => {
    here.enter('lobby', { id_socket: 's3', id_user: 'u2', name: 'Bob' });
    here.enter('lobby', { id_socket: 's2', id_user: 'u1', name: 'Ann' });
    here.enter('lobby', { id_socket: 's4', id_user: 'u2', name: 'Bob' });
    there.enter('lobby', { id_socket: 's1', id_user: 'u2', name: 'Bob' });
    await seen('lobby', ['s2', 's1', 's3', 's4']);
    expect(await there.users('lobby')).toEqual({
      users: [
        { id_socket: 's2', id_user: 'u1', name: 'Ann' },
        { id_socket: 's1', id_user: 'u2', name: 'Bob' },
        { id_socket: 's3', id_user: 'u2', name: 'Bob' },
        { id_socket: 's4', id_user: 'u2', name: 'Bob' },
      ],
      partial: false,
    });
  });

  test('changes of the own process show at once', async () => {
    here.enter('lobby', entry('s1'));
    expect((await here.users('lobby')).users).toEqual([entry('s1')]);
    here.leave('lobby', 's1');
    expect((await here.users('lobby')).users).toEqual([]);
  });

  test('a socket that leaves one room stays in another', async () => {
    here.enter('one', entry('s1'));
    here.enter('two', entry('s1'));
    here.enter('one', entry('s2'));
    here.leave('one', 's1');
    here.leave('one', 'stranger');
    here.leave('nowhere', 's1');
    await seen('one', ['s2']);
    await seen('two', ['s1']);
    await seen('nowhere', []);
  });

  test('rooms and sockets with unusual names are kept apart', async () => {
    const names = [
      ...['a', 'a:b', 'a:', ':a', '', ' ', 'nodes', '__proto__', 'constructor', '"', '\\', '{a}', '*', 'A'],
      ...['\u0000', '\ud800', '\ud801', '\ufffd', '\u00e9', 'e\u0301', '🦜'.repeat(64), '["a"]', 'a\nb'],
    ];
    for (const name of names) {
      here.enter('all', { id_socket: name, id_user: name, name });
      here.enter(name, { id_socket: 'in', id_user: name, name });
    }
    const expected = [...names].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    await seen('all', expected);
    for (const name of names) {
      await seen(name, ['in']);
      expect((await there.users(name)).users).toEqual([{ id_socket: 'in', id_user: name, name }]);
    }
    const counts = await there.counts(names);
    expect([...counts.rooms.keys()]).toEqual(names);
    expect(new Set([...counts.rooms.values()].map(({ sockets }) => sockets))).toEqual(new Set([1]));
    expect(Object.keys((await there.summary()).rooms).sort()).toEqual([...names, 'all'].sort());
  });

  test('a socket that enters again replaces its entry', async () => {
    here.enter('lobby', entry('s1', 'guest'));
    here.enter('lobby', { id_socket: 's1', id_user: 'u1', name: 'Ann' });
    await seen('lobby', ['s1']);
    expect((await there.users('lobby')).users).toEqual([{ id_socket: 's1', id_user: 'u1', name: 'Ann' }]);
  });

  test('a stored entry is not affected by later changes of the object', async () => {
    const mine = entry('s1');
    here.enter('lobby', mine);
    mine.name = 'Mallory';
    await seen('lobby', ['s1']);
    expect((await there.users('lobby')).users).toEqual([entry('s1')]);
  });

  test('a rename changes the entries of a user in all rooms', async () => {
    here.enter('one', entry('s1', 'ann'));
    here.enter('two', entry('s1', 'ann'));
    here.enter('two', entry('s2', 'ann'));
    here.enter('two', entry('s3', 'bob'));
    await seen('two', ['s1', 's2', 's3']);
    const view = await RoomView.of(there, 'two');
    here.rename('ann', 'Anna');
    here.rename('stranger', 'Stranger');
    const name = async (room: string) => (await there.users(room)).users.map((user) => user.name);
    await until('the new name', async () => {
      clock.advance(SEND);
      return (await name('one'))[0] === 'Anna' && (await name('two'))[0] === 'Anna';
    });
    expect(await name('two')).toEqual(['Anna', 'Anna', 'bob']);
    clock.advance(WINDOW);
    expect(view.deltas).toHaveLength(1);
    expect(view.deltas[0]).toMatchObject({ room: 'two', joined: [], left: [], partial: false });
    expect(view.deltas[0]!.renamed.map(({ id_socket }) => id_socket).sort()).toEqual(['s1', 's2']);
  });

  test('an observer receives the list, then deltas, until it stops', async () => {
    here.enter('lobby', entry('s1'));
    await seen('lobby', ['s1']);
    const view = await RoomView.of(there, 'lobby');
    expect(view.users).toEqual([entry('s1')]);
    expect(view.partial).toBe(false);

    here.enter('lobby', entry('s2'));
    here.enter('elsewhere', entry('s2'));
    await seen('lobby', ['s1', 's2']);
    clock.advance(WINDOW);
    here.leave('lobby', 's1');
    await seen('lobby', ['s2']);
    clock.advance(WINDOW);
    expect(view.deltas).toEqual([
      { room: 'lobby', joined: [entry('s2')], left: [], renamed: [], partial: false },
      { room: 'lobby', joined: [], left: ['s1'], renamed: [], partial: false },
    ]);

    view.stop();
    view.stop();
    here.leave('lobby', 's2');
    await seen('lobby', []);
    clock.advance(WINDOW);
    expect(view.deltas).toHaveLength(2);
  });

  test('all observers receive the same delta object, also when one of them throws', async () => {
    const bad = await there.observe('lobby', () => {
      throw new Error('no');
    });
    const views = [await RoomView.of(there, 'lobby'), await RoomView.of(there, 'lobby')];
    here.enter('lobby', entry('s1'));
    await seen('lobby', ['s1']);
    clock.advance(WINDOW);
    expect(views[0]!.deltas).toHaveLength(1);
    expect(views[1]!.deltas[0]).toBe(views[0]!.deltas[0]);

    views[0]!.stop();
    bad.stop();
    here.leave('lobby', 's1');
    await seen('lobby', []);
    clock.advance(WINDOW);
    expect(views.map(({ deltas }) => deltas.length)).toEqual([1, 2]);
  });

  test('a socket that enters and leaves within a window is not in the delta', async () => {
    const view = await RoomView.of(there, 'lobby');
    here.enter('lobby', entry('passer-by'));
    await seen('lobby', ['passer-by']);
    here.leave('lobby', 'passer-by');
    here.enter('lobby', entry('s1'));
    await seen('lobby', ['s1']);
    expect(view.deltas).toEqual([]);
    clock.advance(WINDOW);
    expect(view.deltas.map(({ joined, left }) => ({ joined, left }))).toEqual([
      { joined: [entry('s1')], left: [] },
    ]);
  });

  test('no delta is sent when the state at the end of a window is unchanged', async () => {
    const view = await RoomView.of(there, 'lobby');
    here.enter('lobby', entry('s1'));
    await seen('lobby', ['s1']);
    here.leave('lobby', 's1');
    await seen('lobby', []);
    clock.advance(WINDOW);
    expect(view.deltas).toEqual([]);
  });

  test('many changes become few deltas', async () => {
    const view = await RoomView.of(there, 'lobby');
    for (let i = 0; i < 1_000; i += 1) {
      here.enter('lobby', entry(`s${i}`));
      if (i % 2) here.leave('lobby', `s${i}`);
      if (i % 100 === 99) clock.advance(WINDOW / 2);
    }
    await until('the remaining sockets', async () => {
      clock.advance(SEND);
      return (await ids('lobby')).length === 500;
    });
    clock.advance(WINDOW);
    expect(view.users).toEqual((await there.users('lobby')).users);
    expect(view.faults).toEqual([]);
    expect(view.deltas.length).toBeLessThan(10);
  });

  test('observers that are added at any moment of random changes end up with the current list', async () => {
    const pick = random(7);
    const views: RoomView[] = [];
    const joining: Promise<unknown>[] = [];
    for (let i = 0; i < 600; i += 1) {
      const node = pick(2) ? here : there;
      const room = `room ${pick(2)}`;
      // A socket belongs to one process.
      const id = `${node === here ? 'h' : 't'}${pick(20)}`;
      if (pick(3)) node.enter(room, entry(id));
      else if (pick(2)) node.leave(room, id);
      else node.rename(id, `name ${i}`);
      if (pick(10) === 0)
        joining.push(RoomView.of(pick(2) ? here : there, room).then((view) => views.push(view)));
      if (pick(20) === 0) views.splice(pick(views.length + 1), 1)[0]?.stop();
      if (pick(3) === 0) clock.advance(SEND * pick(3));
      if (pick(40) === 0) clock.advance(WINDOW);
      if (pick(4) === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(joining);
    views.push(...(await Promise.all([RoomView.of(here, 'room 0'), RoomView.of(there, 'room 1')])));

    const rooms = ['room 0', 'room 1'];
    const truth = new Map<string, string>();
    for (const room of rooms) {
      const own = await Promise.all([here.users(room), there.users(room)]);
      const pickOwn = (users: (typeof own)[number], letter: string) =>
        users.users.filter(({ id_socket }) => id_socket.startsWith(letter));
      truth.set(room, JSON.stringify([...pickOwn(own[0]!, 'h'), ...pickOwn(own[1]!, 't')]));
    }
    await until('every list equals what every process has', async () => {
      clock.advance(WINDOW);
      const lists = await Promise.all(rooms.flatMap((room) => [here.users(room), there.users(room)]));
      const wanted = rooms.flatMap((room) => [truth.get(room), truth.get(room)]);
      return lists.every(({ users }, i) => JSON.stringify(users) === wanted[i]);
    });
    clock.advance(WINDOW);
    const shown = views.map((view) => [JSON.stringify(view.users), view.faults.length, view.partial]);
    expect(views.length).toBeGreaterThan(5);
    for (const each of shown) expect([...truth.values()]).toContain(each[0]);
    expect(new Set(shown.map(([, faults]) => faults))).toEqual(new Set([0]));
    expect(new Set(shown.map(([, , partial]) => partial))).toEqual(new Set([false]));
  });

  test('counts and the summary count each socket and each user once', async () => {
    here.enter('one', entry('s1', 'ann'));
    here.enter('one', entry('s2', 'ann'));
    here.enter('two', entry('s2', 'ann'));
    there.enter('one', entry('s3', 'ann'));
    there.enter('one', entry('s4', 'bob'));
    await seen('one', ['s1', 's2', 's3', 's4']);
    await seen('two', ['s2']);
    const rooms = { one: { sockets: 4, users: 2 }, two: { sockets: 1, users: 1 } };
    const counts = {
      rooms: new Map([...Object.entries(rooms), ['empty', { sockets: 0, users: 0 }]]),
      partial: false,
    };
    expect(await there.counts(['one', 'two', 'empty'])).toEqual(counts);
    expect(await there.counts([])).toEqual({ rooms: new Map(), partial: false });
    expect(await there.summary()).toEqual({ sockets: 4, users: 2, rooms, partial: false });
    expect((await there.presentUsers()).size).toBe(2);

    // The same for rooms that are observed.
    const views = [await RoomView.of(there, 'one'), await RoomView.of(there, 'empty')];
    expect(await there.counts(['one', 'two', 'empty'])).toEqual(counts);
    for (const view of views) view.stop();
  });

  test('a flush deletes nothing while every process runs', async () => {
    here.enter('lobby', entry('s1'));
    await seen('lobby', ['s1']);
    expect(await there.flush()).toBe(0);
    expect(await ids('lobby')).toEqual(['s1']);
  });

  test('a stop removes all entries, and calls after it have no effect', async () => {
    here.enter('one', entry('s1'));
    here.enter('two', entry('s2'));
    await seen('one', ['s1']);
    const view = await RoomView.of(there, 'two');
    await here.stop();
    await seen('one', []);
    await seen('two', []);
    if (there !== here) {
      clock.advance(WINDOW);
      expect(view.left).toEqual(['s2']);
    }
    here.typing('one', { id_user: 'ann', name: 'Ann' });
    expect(await here.flush()).toBe(0);
    (await here.observe('one', () => {})).stop();
    await here.stop();
  });

  describe('typing', () => {
    const ann = { id_user: 'ann', name: 'Ann' };
    const bob = { id_user: 'bob', name: 'Bob' };
    let events: TypingEvent[];
    let end: () => void;

    beforeEach(async () => {
      events = [];
      end = there.observeTyping('lobby', (event) => events.push(event));
      // Subscribing takes a moment: the first event that arrives proves that the subscription is active.
      await until('typing events are received', () => {
        here.typing('lobby', { id_user: 'stranger', name: '' });
        clock.advance(TYPING_EVERY);
        return events.length > 0;
      });
      events = [];
    });
    afterEach(() => end());

    const names = () => events.filter(({ user }) => user.id_user !== 'stranger').map(({ user }) => user.name);
    const typed = (expected: string[]) =>
      until(`${expected} type`, () => {
        clock.advance(SEND);
        return JSON.stringify(names()) === JSON.stringify(expected);
      });

    test('a typing event has the user and the time for which it is valid', async () => {
      here.typing('lobby', { ...ann, ...{ more: 1 } });
      await typed(['Ann']);
      expect(events.at(-1)).toEqual({ room: 'lobby', user: ann, forMs: TYPING_DURATION_MS });
    });

    test('typing events of each user are sent to the observers of the room', async () => {
      here.typing('elsewhere', ann);
      here.typing('lobby', ann);
      clock.advance(SEND);
      here.typing('lobby', bob);
      await typed(['Ann', 'Bob']);
    });

    test('typing events of a user are throttled, and repeated before they expire', async () => {
      for (let i = 0; i < 5; i += 1) here.typing('lobby', ann);
      await typed(['Ann']);
      here.typing('lobby', ann);
      here.typing('lobby', bob);
      await typed(['Ann', 'Bob']);
      expect(TYPING_EVERY).toBeLessThan(TYPING_DURATION_MS);
      clock.advance(TYPING_EVERY);
      here.typing('lobby', ann);
      await typed(['Ann', 'Bob', 'Ann']);
    });

    test('a typing event after a message is not throttled', async () => {
      here.typing('lobby', ann);
      await typed(['Ann']);
      here.stopTyping('lobby', 'ann');
      here.stopTyping('lobby', 'stranger');
      here.typing('lobby', ann);
      await typed(['Ann', 'Ann']);
    });

    test('typing events are not sent to removed listeners, nor kept for new ones', async () => {
      here.typing('lobby', ann);
      await typed(['Ann']);
      end();
      end();
      const late: TypingEvent[] = [];
      const endLate = there.observeTyping('lobby', (event) => late.push(event));
      await until('typing events are received', () => {
        here.typing('lobby', bob);
        clock.advance(TYPING_EVERY);
        return late.length > 0;
      });
      expect(late.map(({ user }) => user.name)).not.toContain('Ann');
      expect(names()).toEqual(['Ann']);
      endLate();
    });

    test('typing events reach all listeners when one of them throws', async () => {
      const endBad = there.observeTyping('lobby', () => {
        throw new Error('no');
      });
      const second: TypingEvent[] = [];
      const endSecond = there.observeTyping('lobby', (event) => second.push(event));
      here.typing('lobby', ann);
      await typed(['Ann']);
      expect(second.at(-1)?.user).toEqual(ann);
      endBad();
      endSecond();
    });
  });
}

function entry(id_socket: string, id_user = id_socket) {
  return { id_socket, id_user, name: id_user };
}
