import { afterAll, beforeAll, describe, it } from 'vitest';
import type { RedisAddress } from '../../server/config/redis-url.js';
import { Limits } from '../../server/limits/limits.js';
import { RedisPresence } from '../../server/presence/redis-presence.js';
import { createLog } from '../../server/telemetry/logger.js';
import { skipWithout } from '../support/programs.js';
import { type RedisServer, startRedis } from '../support/redis-server.js';
import { startTlsProxy, type TlsProxy } from '../support/tls-proxy.js';
import { until } from '../support/until.js';

const log = createLog({ log: 'silent' });

describe('a Redis over TLS', skipWithout('redis-server', 'openssl'), () => {
  let server: RedisServer;
  let line: TlsProxy;

  beforeAll(async () => {
    server = await startRedis();
    line = await startTlsProxy(server.port);
  });
  afterAll(async () => {
    await line?.stop();
    await server?.stop();
  });

  const address = (tls: RedisAddress['tls'], host = 'localhost'): RedisAddress => ({
    url: `rediss://${host}:${line.port}`,
    keyPrefix: 'tls',
    tls,
  });

  const becomes = async (state: 'up' | 'down', at: RedisAddress) => {
    const presence = new RedisPresence(at, log);
    presence.start();
    await until(`it is ${state}`, () => presence.status.state === state);
    await presence.stop();
  };

  it('a Redis whose certificate is signed by REDIS_CA is used', async () => {
    await becomes('up', address({ ca: line.ca, verify: true }));
  });

  it('a certificate of an unknown authority or for another name is refused', async () => {
    await becomes('down', address({ verify: true }));
    await becomes('down', address({ ca: line.ca, verify: true }, '127.0.0.1'));
  });

  it('any certificate is accepted with REDIS_TLS_VERIFY=false', async () => {
    await becomes('up', address({ verify: false }, '127.0.0.1'));
  });

  it('limits are counted in a Redis over TLS', async () => {
    const none = { messages: 0, joins: 0, history: 0, requests: 0, frames: 0, sockets: 0 };
    const limits = [1, 2].map(() => new Limits({ ...none, messages: 2 }, log, address({ verify: false })));
    const [one, other] = limits as [Limits, Limits];
    // Until both are connected, each process counts alone.
    let users = 0;
    await until('they count together', async () => {
      const user = `user ${++users}`;
      await one.message(user);
      await one.message(user);
      return other.message(user).then(
        () => false,
        () => true,
      );
    });
    for (const each of limits) each.stop();
  });
});
