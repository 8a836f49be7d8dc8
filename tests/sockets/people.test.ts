import r from 'rethinkdb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.js';
import { SocketClient } from '../support/socket-client.js';
import { until } from '../support/until.js';

let app: TestApp;
let console_: r.Connection;
const open = () => SocketClient.open(app.url);

beforeAll(async () => {
  app = await startTestApp({ overrides: { rooms: { lingerMs: 50 }, presence: { windowMs: 20 } } });
  console_ = await app.database.connect();
});
afterAll(() => app?.stop());

/** Users of a room, from the presence frames that a socket received. */
function present(client: SocketClient, room: string): string[] {
  const there = new Map<string, string>();
  for (const frame of client.frames) {
    if (frame.type !== 'presence' || frame.room !== room) continue;
    if (frame.users) there.clear();
    for (const { id_socket, name } of [...(frame.users ?? []), ...(frame.joined ?? [])])
      there.set(id_socket, name);
    for (const id_socket of frame.left ?? []) there.delete(id_socket);
  }
  return [...there.keys()].sort();
}
const ids = (...clients: SocketClient[]) =>
  clients.map((client) => client.latest('welcome')!.id_socket).sort();

describe('presence', () => {
  it('presence reports the users of a room, arrivals and departures', async () => {
    const [ann, bob] = [await open(), await open()];
    await ann.ask({ type: 'joinRoom', room: 'here' });
    await until('ann sees herself', () => present(ann, 'here').length === 1);
    await bob.ask({ type: 'joinRoom', room: 'here' });
    await until('ann sees bob', () => present(ann, 'here').join() === ids(ann, bob).join());
    await until('bob sees both', () => present(bob, 'here').join() === ids(ann, bob).join());
    bob.cut();
    await until('ann is alone', () => present(ann, 'here').join() === ids(ann).join());
    ann.close();
  });

  it('presence of a room can be observed without joining it', async () => {
    const [ann, bob] = [await open(), await open()];
    await bob.ask({ type: 'observePresence', rooms: ['there', 'elsewhere'] });
    await ann.ask({ type: 'joinRoom', room: 'there' });
    await until('bob sees ann', () => present(bob, 'there').join() === ids(ann).join());
    await bob.ask({ type: 'observePresence', rooms: [] });
    const before = bob.frames.length;
    await ann.ask({ type: 'leaveRoom', room: 'there' });
    await bob.ask({ type: 'joinRoom', room: 'unrelated' });
    await until('bob receives the presence of the other room', () => present(bob, 'unrelated').length === 1);
    expect(bob.frames.slice(before).filter((f) => f.type === 'presence' && f.room === 'there')).toEqual([]);
    for (const each of [ann, bob]) each.close();
  });

  it('a socket still receives the presence of a joined room after it stops observing it', async () => {
    const [ann, bob] = [await open(), await open()];
    await ann.ask({ type: 'joinRoom', room: 'both' });
    await ann.ask({ type: 'observePresence', rooms: ['both'] });
    await ann.ask({ type: 'observePresence', rooms: [] });
    await bob.ask({ type: 'joinRoom', room: 'both' });
    await until('ann sees bob', () => present(ann, 'both').join() === ids(ann, bob).join());
    for (const each of [ann, bob]) each.close();
  });

  it('presence of a large room is a number instead of a list', async () => {
    const clients = await Promise.all(Array.from({ length: 205 }, open));
    await Promise.all(clients.map((client) => client.ask({ type: 'joinRoom', room: 'big' })));
    const last = await until('a count of all', () =>
      clients[0]!.frames.findLast((f) => f.type === 'presence' && f.count?.sockets === 205),
    );
    expect(last).not.toHaveProperty('users');
    for (const client of clients.slice(1)) client.cut();
    await until('a list again', () => present(clients[0]!, 'big').join() === ids(clients[0]!).join());
    clients[0]!.close();
  });
});

describe('typing', () => {
  it('typing is sent to the other users in the room, and not to the typing user', async () => {
    const [ann, bob, outside] = [await open(), await open(), await open()];
    for (const each of [ann, bob]) await each.ask({ type: 'joinRoom', room: 'types' });
    ann.send({ type: 'typing', room: 'types' });
    const { user, forMs } = await until('bob sees it', () => bob.latest('userTyping'));
    expect(user).toEqual(ann.latest('welcome')!.user);
    expect(forMs).toBe(5_000);
    // Frames of one socket keep their order: an echo would come before Bob's event.
    bob.send({ type: 'typing', room: 'types' });
    const seen = await until('ann sees bob', () => ann.latest('userTyping'));
    expect(seen.user).toEqual(bob.latest('welcome')!.user);
    expect(ann.frames.filter(({ type }) => type === 'userTyping')).toHaveLength(1);
    expect(await outside.ask({ type: 'typing', room: 'types' })).toMatchObject({ code: 'not-joined' });
    for (const each of [ann, bob, outside]) each.close();
  });
});

describe('a name', () => {
  it('a rename reaches the sockets in the same rooms and applies to old messages', async () => {
    const [ann, bob] = [await open(), await open()];
    const { id_user } = ann.latest('welcome')!.user;
    for (const each of [ann, bob]) await each.ask({ type: 'joinRoom', room: 'names' });
    await ann.ask({ type: 'createMessage', message: { room: 'names', body: 'by the old name' } });
    await ann.ask({ type: 'identityChange', name: '  Ann the Second ' });
    const change = await until('bob receives the new name', () => bob.latest('identityChanged'));
    expect(change.user).toEqual({ id_user, name: 'Ann the Second' });
    const { names } = await bob.ask<'roomSnapshot'>({ type: 'joinRoom', room: 'names' });
    expect(names).toEqual({ [id_user!]: 'Ann the Second' });
    await ann.ask({ type: 'createMessage', message: { room: 'names', body: 'by the new name' } });
    const author = await until('bob receives the second message', () => {
      const frame = bob.latest('deliverMessage');
      return frame?.message.body === 'by the new name' && frame.message.author;
    });
    expect(author).toEqual({ id_user, name: 'Ann the Second' });
    expect(await ann.ask({ type: 'identityChange', name: 'x'.repeat(41) })).toMatchObject({
      code: 'bad-name',
      limit: 40,
    });
    for (const each of [ann, bob]) each.close();
  });
});

describe('rooms and members', () => {
  it('rows of rooms and memberships written by any program are announced', async () => {
    const client = await open();
    const { id_user } = client.latest('welcome')!.user;
    await r.table('rooms').insert({ id: 'tea', topic: 'all about tea' }).run(console_);
    const created = await until('the room', () => client.latest('roomCreated'));
    expect(created.room).toMatchObject({ name: 'tea', topic: 'all about tea', access: 'open' });
    await r.table('rooms').get('tea').update({ topic: 'and coffee' }).run(console_);
    await until('the topic', () => client.latest('roomChanged')?.room.topic === 'and coffee');
    await r
      .table('memberships')
      .insert({ id: ['tea', id_user!] })
      .run(console_);
    await until('the member', () => client.latest('memberJoined')?.user.id_user === id_user);
    await r
      .table('memberships')
      .get(['tea', id_user!] as never)
      .delete()
      .run(console_);
    await until('the member is gone', () => client.latest('memberLeft')?.id_user === id_user);
    client.close();
  });

  it('joins and leaves are reported by name to the sockets in the room, and to the user elsewhere', async () => {
    const [reader, member, outsider] = [await open(), await open(), await open()];
    const user = member.latest('welcome')!.user;
    await reader.ask({ type: 'joinRoom', room: 'club' });
    await r.table('users').insert({ id: user.id_user!, name: 'Mary' }).run(console_);
    const id = ['club', user.id_user!];
    const before = Date.now();
    await r.table('memberships').insert({ id }).run(console_);
    for (const client of [reader, member]) {
      const { at, ...frame } = await until('the join', () => client.latest('memberJoined'));
      expect(frame).toEqual({ type: 'memberJoined', room: 'club', user: { ...user, name: 'Mary' } });
      expect(at).toBeGreaterThanOrEqual(before);
    }
    await r
      .table('memberships')
      .get(id as never)
      .delete()
      .run(console_);
    for (const client of [reader, member])
      expect(await until('the leave', () => client.latest('memberLeft'))).toMatchObject({
        room: 'club',
        id_user: user.id_user,
        user: { ...user, name: 'Mary' },
      });
    await outsider.ask({ type: 'joinRoom', room: 'club' });
    expect(outsider.frames.filter(({ type }) => type.startsWith('member'))).toEqual([]);
    for (const each of [reader, member, outsider]) each.close();
  });

  it('a burst of new members reaches a socket as a bounded number of frames with the exact number', async () => {
    const [reader, member] = [await open(), await open()];
    const { id_user } = member.latest('welcome')!.user;
    await reader.ask({ type: 'joinRoom', room: 'crowd' });
    const rows = Array.from({ length: 2_000 }, (_, i) => ({ id: ['crowd', `user ${i}`] }));
    await r
      .table('memberships')
      .insert([...rows, { id: ['crowd', id_user!] }])
      .run(console_);
    const count = () =>
      reader.frames.reduce((sum, frame) => {
        if (frame.type === 'membersChanged' && frame.room === 'crowd') return sum + frame.joined;
        return frame.type === 'memberJoined' && frame.room === 'crowd' ? sum + 1 : sum;
      }, 0);
    await until('all new members', () => count() >= rows.length + 1);
    expect(count()).toBe(rows.length + 1);
    expect(reader.frames.filter(({ type }) => type.startsWith('member')).length).toBeLessThan(200);
    // The user receives the own membership in any case.
    await until('the own membership', () => member.latest('memberJoined')?.user.id_user === id_user);
    for (const each of [reader, member]) each.close();
  });

  it('a members room rejects every frame of a non-member and expels a former member', async () => {
    const [member, outsider] = [await open(), await open()];
    const { id_user } = member.latest('welcome')!.user;
    await r.table('rooms').insert({ id: 'secret', access: 'members' }).run(console_);
    await r
      .table('memberships')
      .insert({ id: ['secret', id_user!] })
      .run(console_);
    await until('the membership is known', () => member.latest('memberJoined'));
    await member.ask({ type: 'joinRoom', room: 'secret' });
    const { id } = await member.ask<'ack'>({
      type: 'createMessage',
      message: { room: 'secret', body: 'among us' },
    });
    await until('it is delivered', () => member.latest('deliverMessage'));
    const before = outsider.frames.length;
    for (const frame of [
      { type: 'joinRoom', room: 'secret' },
      { type: 'createMessage', message: { room: 'secret', body: 'let me in' } },
      { type: 'editMessage', room: 'secret', id, body: 'x' },
      { type: 'deleteMessage', room: 'secret', id },
      { type: 'loadHistory', room: 'secret', before: { sent: Date.now() + 1000, id: 'z' } },
      { type: 'observePresence', rooms: ['secret'] },
    ]) {
      expect(await outsider.ask(frame)).toMatchObject({ type: 'error', code: 'not-a-member' });
    }
    await r
      .table('memberships')
      .get(['secret', id_user!] as never)
      .delete()
      .run(console_);
    await until('the member is expelled', () => member.latest('error')?.code === 'not-a-member');
    await r.table('messages').insert({ room: 'secret', body: 'not for outsiders' }).run(console_);
    expect(await member.ask({ type: 'joinRoom', room: 'secret' })).toMatchObject({ code: 'not-a-member' });
    await member.ask({ type: 'joinRoom', room: 'open' });
    expect(member.frames.filter((f) => f.type === 'deliverMessage')).toHaveLength(1);
    expect(outsider.frames.slice(before).filter((f) => f.type !== 'error')).toEqual([]);
    for (const each of [member, outsider]) each.close();
  });

  it('only members learn of a private room and its changes, and others when it becomes visible or invisible', async () => {
    const [member, outsider] = [await open(), await open()];
    const { id_user } = member.latest('welcome')!.user;
    const change = (fields: object) => r.table('rooms').get('hidden').update(fields).run(console_);
    const topics = (client: SocketClient) =>
      client.frames.flatMap((frame) =>
        (frame.type === 'roomCreated' || frame.type === 'roomChanged') && frame.room.name === 'hidden'
          ? [frame.room.topic]
          : [],
      );
    await r
      .table('memberships')
      .insert({ id: ['hidden', id_user!] })
      .run(console_);
    await until('the membership is known', () => member.latest('memberJoined'));
    await r.table('rooms').insert({ id: 'hidden', access: 'private', topic: 'one' }).run(console_);
    await change({ topic: 'two' });
    await until('the member sees both', () => topics(member).length === 2);
    await change({ access: 'open', topic: 'three' });
    await until('all users see the open room', () => topics(outsider).includes('three'));
    expect(topics(outsider)).toEqual(['three']);
    await change({ access: 'private', topic: 'four' });
    await until('it disappears for others', () => outsider.latest('roomRemoved')?.room === 'hidden');
    await until('the member sees the change', () => topics(member).includes('four'));
    expect(topics(member)).toEqual(['one', 'two', 'three', 'four']);
    expect(member.latest('roomRemoved')).toBeUndefined();
    await r.table('rooms').get('hidden').delete().run(console_);
    await until('the member sees the deletion', () => member.latest('roomRemoved'));
    expect(topics(outsider)).toEqual(['three']);
    for (const each of [member, outsider]) each.close();
  });

  it('a reading position is stored and only moves forward', async () => {
    const [one, two] = [await open(), await open()];
    const { id_user } = one.latest('welcome')!.user;
    await r
      .table('memberships')
      .insert({ id: ['book', id_user!] })
      .run(console_);
    await until('the membership is known', () => one.latest('memberJoined'));
    await one.ask({ type: 'markRead', room: 'book', position: { sent: 2000, id: 'b' } });
    await until('the position arrives', () => one.latest('read')?.position.id === 'b');
    await one.ask({ type: 'markRead', room: 'book', position: { sent: 1000, id: 'a' } });
    await one.ask({ type: 'markRead', room: 'book', position: { sent: 2000, id: 'c' } });
    await until('the later position arrives', () => one.latest('read')?.position.id === 'c');
    expect(one.frames.filter((f) => f.type === 'read').map((f) => f.position.id)).toEqual(['b', 'c']);
    expect(two.latest('read')).toBeUndefined();
    for (const each of [one, two]) each.close();
  });
});

describe('names and new rooms', () => {
  it('a rename does not reach sockets that share no room with the user', async () => {
    const [ann, bob, stranger] = [await open(), await open(), await open()];
    for (const each of [ann, bob]) await each.ask({ type: 'joinRoom', room: 'shared by two' });
    await stranger.ask({ type: 'joinRoom', room: 'elsewhere' });
    for (const name of ['One', 'Two', 'Three']) await ann.ask({ type: 'identityChange', name });
    await until('bob gets the last name', () => bob.latest('identityChanged')?.user.name === 'Three');
    // The stranger's own change comes after all others.
    await stranger.ask({ type: 'identityChange', name: 'Stranger' });
    await until('the own name', () => stranger.latest('identityChanged')?.user.name === 'Stranger');
    expect(stranger.frames.filter(({ type }) => type === 'identityChanged')).toHaveLength(1);
    for (const each of [ann, bob, stranger]) each.close();
  });

  it('a burst of new rooms reaches a socket as a bounded number of notices', async () => {
    const client = await open();
    await client.ask({ type: 'joinRoom', room: 'burst 499' });
    const rows = Array.from({ length: 500 }, (_, i) => ({ id: `burst ${i}` }));
    await r.table('rooms').insert(rows).run(console_);
    await until('news of the room that the socket is in', () =>
      client.frames.some((frame) => frame.type === 'roomCreated' && frame.room.name === 'burst 499'),
    );
    await until('news of the last of the rooms', async () => {
      await r
        .table('rooms')
        .get('burst 499')
        .update({ topic: `${Math.random()}` })
        .run(console_);
      return client.latest('roomChanged');
    });
    expect(client.frames.filter(({ type }) => type === 'roomCreated').length).toBeLessThan(250);
    client.close();
  });
});
