import { randomUUID } from 'node:crypto';
import r from 'rethinkdb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type MessageRow, toMessage } from '../../server/database/message-row.js';
import { RAW } from '../../server/database/reql.js';
import { skipWithout } from '../support/programs.js';
import { ReturningClient } from '../support/returning-client.js';
import { endAllServers } from '../support/server-process.js';
import { until } from '../support/until.js';
import { View } from '../support/view.js';
import { type Ground, prepareGround, Several } from './several.js';

const ROOMS = ['one', 'two', 'three'];
const WRITES = 300;

describe('views of four processes', skipWithout('redis-server'), () => {
  let ground: Ground;
  let several: Several;
  let console_: r.Connection;
  const clients: ReturningClient[] = [];

  beforeAll(async () => {
    ground = await prepareGround();
    several = await Several.start(ground.env);
    console_ = await r.connect({ host: '127.0.0.1', port: several.server.databasePort, db: 'changeroom' });
  });
  afterAll(async () => {
    for (const client of clients) client.end();
    await console_?.close();
    await endAllServers();
    await ground?.remove();
  });

  /** What a client shows, by what it was sent. */
  function viewOf(client: ReturningClient): View {
    const view = new View();
    for (const frame of client.frames) {
      if (frame.type === 'roomSnapshot') view.show(frame);
      else if (['deliverMessage', 'removeMessage', 'roomResync'].includes(frame.type))
        view.receive(frame as never);
    }
    return view;
  }

  /** Posts until it is answered: a killed process answers nobody, and the same id is the same message. */
  async function post(room: string, body: string): Promise<string> {
    const id = randomUUID();
    const cookie = await until('somebody to be', async () => {
      const answer = await fetch(`${several.url}/api/me`).catch(() => null);
      return answer?.headers.get('set-cookie')?.split(';')[0];
    });
    const init = {
      method: 'POST',
      headers: { cookie, 'content-type': 'application/json' },
      body: JSON.stringify({ id, body }),
    };
    await until('an answer', async () => {
      const answer = await fetch(`${several.url}/api/rooms/${room}/messages`, init).catch(() => null);
      return answer?.ok;
    });
    return id;
  }

  test('equal the table after writes from all sides, while processes are killed', async () => {
    for (let i = 0; i < 24; i += 1) {
      clients.push(new ReturningClient(several.url, ROOMS[i % 3]!, { websockets: i % 2 === 0 }));
    }
    await until('all are in their rooms', () => clients.every(({ isJoined }) => isJoined), 20_000);
    const ids: string[] = [];
    const some = () => ids[Math.floor(Math.random() * ids.length)] ?? 'none';
    const under: Promise<unknown>[] = [];
    for (let i = 0; i < WRITES; i += 1) {
      const room = ROOMS[Math.floor(Math.random() * 3)]!;
      const dice = Math.random();
      if (dice < 0.4) under.push(post(room, `posted ${i}`).then((id) => ids.push(id)));
      else if (dice < 0.7) {
        const id = randomUUID();
        ids.push(id);
        under.push(
          r
            .table('messages')
            .insert({ id, room, body: `typed ${i}` })
            .run(console_),
        );
      } else if (dice < 0.85)
        under.push(
          r
            .table('messages')
            .get(some())
            .update({ body: `edited ${i}` })
            .run(console_),
        );
      else under.push(r.table('messages').get(some()).delete().run(console_));
      if (i % 100 === 50) several.kill([...several.serving.keys()][0]!);
      if (i % 10 === 0) await Promise.all(under.splice(0));
    }
    await Promise.all(under);
    await until('four processes serve again', () => several.serving.size === 4, 20_000);
    await until('all are in their rooms again', () => clients.every(({ isJoined }) => isJoined), 20_000);

    const differences = async () => {
      const cursor = await r.table('messages').run(console_, RAW as r.OperationOptions);
      const all = ((await cursor.toArray()) as MessageRow[]).map((row) => toMessage(row)!);
      return clients.filter((client) => {
        const view = viewOf(client);
        const show = (messages: { id: string; body: string }[]) =>
          messages.map(({ id, body }) => `${id} ${body}`).join();
        return show(view.messages) !== show(view.expected(all.filter(({ room }) => room === client.room)));
      });
    };
    await until('every view equals the table', async () => (await differences()).length === 0, 20_000).catch(
      () => {},
    );
    expect((await differences()).map(({ room }) => room)).toEqual([]);
    expect(clients.some(({ connections }) => connections > 1)).toBe(true);
    expect(ids.length).toBeGreaterThan(100);
  }, 90_000);
});
