import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { jsonOf } from '../../http/client.js';
import { childEnvironment } from '../../support/child-environment.js';
import { freePort } from '../../support/free-port.js';
import { skipWithout } from '../../support/programs.js';
import { type RedisServer, startRedis } from '../../support/redis-server.js';
import { SocketClient } from '../../support/socket-client.js';
import { until } from '../../support/until.js';
import { Pm2 } from '../pm2.js';

/** `GET /:room/users` of the playground, which lists the sockets of all nodes. */
interface Present {
  id_socket: string;
  id_user: string;
}

describe('the identity playground with pm2 and four processes', skipWithout('redis-server'), () => {
  let redis: RedisServer;
  let pm2: Pm2;
  let url: string;
  const sockets: SocketClient[] = [];

  beforeAll(async () => {
    [redis, pm2] = await Promise.all([startRedis(), Pm2.open()]);
    const [port, databasePort] = [await freePort(), await freePort()];
    url = `http://127.0.0.1:${port}`;
    const env = {
      PORT: String(port),
      EMBEDDED_PORT: String(databasePort),
      DATA_DIR: path.join(pm2.directory, 'data'),
      INSTANCES: '4',
      REDIS_URL: redis.url,
      NODE_ENV: 'development',
    };
    await pm2.run(['start', 'ecosystem.config.cjs'], env);
    await pm2.says('in 4 processes');
    await promisify(execFile)(process.execPath, ['dist/scripts/seed.js'], { env: childEnvironment(env) });
    // Seeded users are known to a process when its changefeed has delivered them.
    await until('the page of a user', async () => (await fetch(`${url}/ui/Maths?id_user=10`)).ok);
  }, 120_000);
  afterAll(async () => {
    for (const socket of sockets) socket.close();
    await pm2?.remove();
    await redis?.stop();
  });

  /** Opens a socket as the page of a user does. */
  const enter = async (user: number) => {
    const html = await until('the page', async () => {
      const response = await fetch(`${url}/ui/Maths?id_user=${user}`);
      return response.ok ? response.text() : null;
    });
    const { as } = JSON.parse(/<script id="state"[^>]*>(.*?)<\/script>/s.exec(html)![1]!);
    const socket = await SocketClient.open(url, { authorization: `Bearer ${as.signed}` });
    sockets.push(socket);
    await socket.ask({ type: 'joinRoom', room: 'Maths' });
  };

  test('GET /Maths/users of any process lists the users of the sockets of all processes', async () => {
    const users = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
    for (const user of users) await enter(user);
    const ids = users.map(String).sort();
    // Connections are distributed over the processes: several requests reach all of them.
    for (let request = 0; request < 8; request += 1) {
      await until('all users', async () => {
        const present: Present[] = await jsonOf(
          await fetch(`${url}/Maths/users`, { headers: { connection: 'close' } }),
        );
        return String(present.map(({ id_user }) => id_user).sort()) === String(ids);
      });
    }
    const present: Present[] = await jsonOf(await fetch(`${url}/Maths/users`));
    expect(new Set(present.map(({ id_socket }) => id_socket)).size).toBe(users.length);
    expect(await jsonOf(await fetch(`${url}/api/users?id=1&id=10`))).toMatchObject([
      { id_user: '1', name: 'John' },
      { id_user: '10', name: 'Victoria' },
    ]);
  });

  test('the sockets belong to several processes', async () => {
    const metrics = await (await fetch(`${url}/metrics`)).text();
    const counts = [...metrics.matchAll(/^changeroom_sockets\{[^}]*\} (\d+)$/gm)].map(([, count]) =>
      Number(count),
    );
    expect(counts).toHaveLength(4);
    expect(counts.filter((count) => count > 0).length).toBeGreaterThan(1);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(10);
  });
});
