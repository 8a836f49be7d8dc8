import { Redis } from 'ioredis';
import { describe, expect, onTestFinished, test } from 'vitest';
import { inOrder } from '../../server/presence/entries.js';
import { RedisPresence } from '../../server/presence/redis-presence.js';
import type { PresenceEntry } from '../../server/protocol/presence.js';
import { createLog } from '../../server/telemetry/logger.js';
import { skipWithout } from '../support/programs.js';
import { type RedisServer, startRedis } from '../support/redis-server.js';
import { startTcpProxy } from '../support/tcp-proxy.js';
import { until } from '../support/until.js';
import { random } from './random.js';
import { RoomView } from './room-view.js';

const ROOMS = ['one', 'two', 'three', 'four', 'five', 'six'];
const UNRULY_STEPS = 1_500;
const QUIET_STEPS = 3_000;
const log = createLog({ log: 'silent' });

/** A process behind a link that can be cut, with its entries. */
async function startNode(server: RedisServer) {
  const proxy = await startTcpProxy(server.port);
  const address = { url: `redis://127.0.0.1:${proxy.port}`, keyPrefix: 'test' };
  const presence = new RedisPresence(address, log, { windowMs: 5, sendMs: 1, heartbeatMs: 2_000 });
  presence.start();
  onTestFinished(async () => {
    await presence.stop();
    await proxy.stop();
  });
  const has = new Map(ROOMS.map((room) => [room, new Map<string, PresenceEntry>()]));
  return {
    presence,
    proxy,
    has,
    enter(room: string, entry: PresenceEntry) {
      presence.enter(room, entry);
      has.get(room)!.set(entry.id_socket, entry);
    },
    leave(room: string, id_socket: string) {
      presence.leave(room, id_socket);
      has.get(room)!.delete(id_socket);
    },
    rename(id_user: string, name: string) {
      presence.rename(id_user, name);
      for (const entries of has.values()) {
        for (const entry of entries.values()) {
          if (entry.id_user === id_user) entries.set(entry.id_socket, { ...entry, name });
        }
      }
    },
  };
}

describe('presence with lost links', skipWithout('redis-server'), () => {
  test.each([1, 2, 3])(
    'every list equals the entries of all processes after random changes and lost links (seed %i)',
    async (seed) => {
      const pick = random(seed);
      const server = await startRedis();
      onTestFinished(() => server.stop());
      const redis = new Redis(server.port);
      onTestFinished(() => redis.disconnect());
      const nodes = await Promise.all([0, 1, 2].map(() => startNode(server)));
      const views: { room: string; view: RoomView }[] = [];
      const opening: Promise<unknown>[] = [];

      const someNode = () => nodes[pick(nodes.length)]!;
      const someRoom = () => ROOMS[pick(ROOMS.length)]!;
      const observe = (node = someNode(), room = someRoom()) =>
        opening.push(RoomView.of(node.presence, room).then((view) => views.push({ room, view })));
      const mend = async () => {
        for (const { proxy } of nodes) proxy.mend();
        await until('all are up', () => nodes.every(({ presence }) => presence.status.state === 'up'));
      };
      const enter = () => {
        const at = pick(nodes.length);
        const id_socket = `${at}-${pick(8)}`;
        nodes[at]!.enter(someRoom(), { id_socket, id_user: `user ${pick(5)}`, name: `name ${pick(5)}` });
      };
      const leave = () => {
        const at = pick(nodes.length);
        nodes[at]!.leave(someRoom(), `${at}-${pick(8)}`);
      };
      const quiet: [weight: number, step: () => unknown][] = [
        [40, enter],
        [40, leave],
        [4, () => someNode().rename(`user ${pick(5)}`, `name ${pick(5)}`)],
        [8, () => observe()],
        [8, () => views.splice(pick(views.length), 1)[0]?.view.stop()],
      ];
      const unruly: typeof quiet = [
        ...quiet,
        [2, () => someNode().proxy.cut()],
        [1, mend],
        [0.2, () => redis.flushall()],
      ];
      const run = async (steps: typeof quiet, count: number) => {
        const lottery = steps.flatMap(([weight, step]) => Array.from({ length: weight * 5 }, () => step));
        for (let i = 0; i < count; i += 1) {
          await lottery[pick(lottery.length)]!();
          if (pick(3) === 0) await new Promise((resolve) => setImmediate(resolve));
        }
      };
      await run(unruly, UNRULY_STEPS);
      // From here on, no link is opened again, which would hide a missed change.
      await mend();
      await run(quiet, QUIET_STEPS);
      await Promise.all(opening);

      const differences = async () => {
        const answers = nodes.flatMap(({ presence }) =>
          ROOMS.map(async (room) => ({ room, ...(await presence.users(room)) })),
        );
        const shown = views.map(({ room, view }) => ({ room, users: view.users, partial: view.partial }));
        return [...(await Promise.all(answers)), ...shown].filter(({ room, users, partial }) => {
          const there = inOrder(nodes.flatMap(({ has }) => [...has.get(room)!.values()]));
          return partial || JSON.stringify(users) !== JSON.stringify(there);
        });
      };
      await until('all is right', async () => (await differences()).length === 0).catch(() => {});
      expect(await differences()).toEqual([]);
      expect(views.flatMap(({ view }) => view.faults)).toEqual([]);
      expect(views.length).toBeGreaterThan(5);
    },
    60_000,
  );
});
