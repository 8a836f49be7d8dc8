import r from 'rethinkdb';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RAW } from '../../server/database/connection/reql.js';
import type { MessageRow } from '../../server/database/schema/rows.js';
import { toMessage } from '../../server/database/tables/message-row.js';
import { comparePositions, type Message } from '../../server/protocol/message.js';
import type { RoomFrame } from '../../server/protocol/server-frames.js';
import { skipWithout } from '../support/programs.js';
import { ReturningClient } from '../support/returning-client.js';
import { endAllServers } from '../support/server-process.js';
import { until } from '../support/until.js';
import { View } from '../support/view.js';
import { type ClusterEnvironment, prepareEnvironment, ServerCluster } from './server-cluster.js';

const ROOMS = ['one', 'two', 'three'];
const STEPS = 300;
const SCREENS = 12;

/** Pseudo-random numbers, reproducible by their seed. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

type Text = Pick<Message, 'id' | 'body'>;

/** The messages that follow from the frames of a client. */
function viewOf({ frames }: ReturningClient): View {
  const view = new View();
  for (const frame of frames) {
    if (frame.type === 'roomSnapshot') view.show(frame);
    else if (['deliverMessage', 'removeMessage', 'roomResync'].includes(frame.type))
      view.receive(frame as RoomFrame);
  }
  return view;
}

/** Retries a message with the same id until it is acknowledged or the client has left. */
async function insist(client: ReturningClient, message: { id: string; room: string; body: string }) {
  while (!client.isEnded) {
    const answer = await client.ask({ type: 'createMessage', message });
    if (answer?.type === 'ack') return;
    // It was stored, its acknowledgement was lost, and the message was moved to another room since.
    if (answer?.type === 'error' && answer.code === 'id-taken') return;
    await until('the client has reconnected', () => client.isJoined || client.isEnded);
  }
}

describe('clients of four processes', skipWithout('redis-server'), () => {
  let environment: ClusterEnvironment;
  let cluster: ServerCluster;
  let connection: r.Connection;
  let screens: ReturningClient[];

  beforeEach(async () => {
    environment = await prepareEnvironment();
    cluster = await ServerCluster.start({
      ...environment.env,
      LOG_LEVEL: 'info',
      LIMIT_MESSAGES: '0',
      LIMIT_JOINS: '0',
    });
    connection = await r.connect({ host: '127.0.0.1', port: cluster.server.databasePort, db: 'changeroom' });
    screens = [];
  });
  afterEach(async () => {
    for (const screen of screens) screen.end();
    await connection.close();
    await endAllServers();
    await environment.remove();
  });

  test.each([1, 2])(
    'every client of four processes equals the table after random writes, visits and kills (seed %i)',
    async (seed) => {
      const pick = random(seed);
      const table = r.table('messages');
      const ids: string[] = [];
      const written: Promise<unknown>[] = [];
      let sequence = 0;
      let killed = 0;

      const anyRoom = () => ROOMS[pick(ROOMS.length)]!;
      const anyId = () => ids[pick(ids.length)] ?? 'none';
      const enter = () =>
        screens.push(new ReturningClient(cluster.url, anyRoom(), { websockets: pick(2) === 0 }));
      const steps: [weight: number, step: () => unknown][] = [
        [
          40,
          () => {
            const id = `m${seed}-${sequence++}`;
            ids.push(id);
            return insist(screens[pick(screens.length)]!, { id, room: anyRoom(), body: `said ${id}` });
          },
        ],
        [
          15,
          () => {
            const id = `c${seed}-${sequence++}`;
            ids.push(id);
            const sent = new Date(Date.now() - pick(50));
            return table.insert({ id, room: anyRoom(), body: `typed ${id}`, sent }).run(connection);
          },
        ],
        [
          10,
          () =>
            table
              .get(anyId())
              .update({ body: `edited ${sequence++}` })
              .run(connection),
        ],
        [3, () => table.get(anyId()).update({ room: anyRoom() }).run(connection)],
        [10, () => table.get(anyId()).delete().run(connection)],
        [4, enter],
        [2, () => screens.length > SCREENS && screens.splice(pick(screens.length), 1)[0]!.end()],
        [3, () => screens[pick(screens.length)]!.drop()],
        [
          1,
          async () => {
            const workers = [...cluster.listening.keys()];
            if (workers.length < 4) return; // one at a time
            cluster.kill(workers[pick(workers.length)]!);
            killed += 1;
          },
        ],
      ];
      const lottery = steps.flatMap(([weight, step]) => Array.from({ length: weight }, () => step));

      for (let i = 0; i < SCREENS; i += 1) enter();
      for (let i = 0; i < STEPS; i += 1) {
        written.push(Promise.resolve(lottery[pick(lottery.length)]!()));
        if (i % 15 === 0) await Promise.all(written.splice(0));
        else if (pick(3) === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      await Promise.all(written);
      expect(killed).toBeGreaterThan(0);

      const differences = async () => {
        const cursor = await table.run(connection, RAW as r.OperationOptions);
        const messages = ((await cursor.toArray()) as MessageRow[]).map((row) => toMessage(row)!);
        return screens.flatMap((screen) => {
          const { room } = screen;
          const view = viewOf(screen);
          const expected = view.expected(messages.filter((message) => message.room === room));
          const texts = (list: readonly Text[]) => list.map(({ id, body }) => `${id}: ${body}`);
          const { messages: shown, from } = screen.window;
          const inWindow = messages
            .filter((message) => message.room === room && (!from || comparePositions(message, from) >= 0))
            .sort(comparePositions);
          const isSame = (a: readonly Text[], b: readonly Text[]) =>
            JSON.stringify(texts(a)) === JSON.stringify(texts(b));
          return [
            ...(isSame(view.messages, expected)
              ? []
              : [`${room}: frames give ${view.messages.length}, the table has ${expected.length}`]),
            ...(isSame(shown, inWindow)
              ? []
              : [`${room}: the client has ${shown.length}, the table has ${inWindow.length}`]),
          ];
        });
      };
      await until(
        'every client equals the table',
        async () => (await differences()).length === 0,
        20_000,
      ).catch(() => {});
      expect(await differences()).toEqual([]);
      expect(screens.length).toBeGreaterThan(5);
      expect(screens.some(({ connections }) => connections > 1)).toBe(true);
      expect(ids.length).toBeGreaterThan(100);
    },
    90_000,
  );
});
