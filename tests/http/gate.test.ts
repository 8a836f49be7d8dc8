import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OriginPolicy } from '../../server/auth/origin-policy.js';
import { guardServer } from '../../server/http/gate/gate.js';
import { createLog } from '../../server/telemetry/logger.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { exchange, openRaw, type RawAnswer } from '../support/raw-http.js';
import { SocketClient } from '../support/socket-client.js';
import { until } from '../support/until.js';

/** Targets that must not reach any parser of the server. */
const BAD_TARGETS = ['//a@[', 'http://[', 'http://a:99999/primus/', '//', '/\\[', 'http://other/', '*'];
const WEBSOCKET = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n';
const KEY = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';

let app: TestApp;
const start = async (env: Record<string, string> = {}, requestMs?: number) => {
  const overrides = requestMs === undefined ? {} : { requestTimeouts: { requestMs, checkMs: 20 } };
  app = await startTestApp({ env, overrides });
};
const stop = () => app?.stop();

const send = (line: string, headers = '', body = '') =>
  exchange(app.url, `${line} HTTP/1.1\r\nHost: ${new URL(app.url).host}\r\n${headers}\r\n${body}`);

const isAlive = async () => expect((await fetch(`${app.url}/healthz`)).status).toBe(200);

function expectProblem(answer: RawAnswer, status: number, code: string): void {
  expect([answer.status, answer.body]).toEqual([status, expect.stringContaining(`"code":"${code}"`)]);
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(JSON.parse(answer.body)).toMatchObject({ status, code, detail: expect.any(String) });
}

async function refused(code: string): Promise<number> {
  const text = await (await fetch(`${app.url}/metrics`)).text();
  return Number(text.match(`changeroom_refused_connections_total\\{code="${code}"\\} (\\d+)`)?.[1] ?? 0);
}

describe('requests at the gate', () => {
  beforeAll(() => start());
  afterAll(stop);

  test.concurrent.each(BAD_TARGETS)(
    'a request with the target %s gets 400, and the server keeps running',
    async (target) => {
      expectProblem(await send(`GET ${target}`), 400, 'bad-target');
      await isAlive();
    },
  );

  test.concurrent.each(BAD_TARGETS)(
    'an upgrade with the target %s gets 400, and the server keeps running',
    async (target) => {
      expectProblem(await send(`GET ${target}`, WEBSOCKET + KEY), 400, 'bad-target');
      await isAlive();
    },
  );

  test('a CONNECT request with a target in authority form gets 400', async () => {
    expectProblem(await send('CONNECT other:443'), 400, 'bad-target');
  });

  test('a request in absolute form for this host is served', async () => {
    expect((await send(`GET ${app.url}/healthz`, 'Connection: close\r\n')).status).toBe(200);
  });

  test('a request whose path only begins like the path of the sockets is handled by the pages', async () => {
    const { status, body } = await send('GET /primusx', 'Connection: close\r\n');
    expect(status).toBe(404);
    expect(body).toContain('"code":"not-found"');
  });

  test.each(['GET /%', 'GET /r/%', 'GET /[', 'GET /static/%00', 'GET /?room=%', 'GET /:80'])(
    'a request with a path that cannot be decoded is not a server error: %s',
    async (line) => {
      expect((await send(line, 'Connection: close\r\n')).status).toBeLessThan(500);
      await isAlive();
    },
  );

  test.each(['http://[', 'null', '%', 'x', '\u00ff'])(
    'a socket request with the origin %j is answered, and the server keeps running',
    async (origin) => {
      const headers = `Origin: ${origin}\r\nConnection: close\r\n`;
      for (const line of ['GET /primus/?EIO=4&transport=polling', 'OPTIONS /primus/', 'GET /primus/x'])
        expect((await send(line, headers)).status).toBeLessThan(500);
      expect(
        (await send('GET /primus/?EIO=4&transport=websocket', `Origin: ${origin}\r\n${WEBSOCKET}${KEY}`))
          .status,
      ).toBe(403);
      await isAlive();
    },
  );

  test('an engine.io request with an invalid transport or session is answered', async () => {
    for (const query of ['transport=x', 'transport=polling&sid=x&EIO=4', 'EIO=4', 'transport=__proto__'])
      expect((await send(`GET /primus/?${query}`, 'Connection: close\r\n')).status).toBe(400);
  });
});

describe('upgrades at the gate', () => {
  beforeAll(() => start());
  afterAll(stop);

  test.each([
    ['to another path', 'GET /other', WEBSOCKET + KEY],
    ['to a path that begins like that of the sockets', 'GET /primusx', WEBSOCKET + KEY],
    ['to HTTP/2', 'GET /', 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n'],
    ['to HTTP/2 at the path of the sockets', 'GET /primus/', 'Connection: Upgrade\r\nUpgrade: h2c\r\n'],
    ['by another method', 'POST /primus/', WEBSOCKET + KEY],
  ])('%s gets 426 with the supported protocol, and the connection is closed', async (_, line, headers) => {
    const before = await refused('bad-upgrade');
    const answer = await send(line, headers);
    expectProblem(answer, 426, 'bad-upgrade');
    expect(answer.headers).toMatchObject({ upgrade: 'websocket', connection: 'Upgrade, close' });
    expect(await refused('bad-upgrade')).toBe(before + 1);
  });

  test.each([
    ['an unknown transport', '/primus/?EIO=4&transport=x', KEY],
    ['an unknown session', '/primus/?EIO=4&transport=websocket&sid=x', KEY],
    ['no key', '/primus/?EIO=4&transport=websocket', ''],
    ['no query', '/primus/', KEY],
  ])('an upgrade with %s gets 400, and the connection is closed', async (_, target, key) => {
    expect((await send(`GET ${target}`, WEBSOCKET + key)).status).toBe(400);
  });

  test('an upgrade of another origin gets 403, and the connection is closed even if the client keeps it open', async () => {
    const headers = `${WEBSOCKET}${KEY}Origin: https://other.example\r\n`;
    const answer = await send('GET /primus/?EIO=4&transport=websocket', headers);
    expectProblem(answer, 403, 'bad-origin');
  });

  test('an upgrade to a WebSocket at the path of the sockets is served', async () => {
    const client = await SocketClient.open(app.url);
    expect(await client.ask({ type: 'joinRoom', room: 'gate' })).toMatchObject({ type: 'roomSnapshot' });
    client.close();
  });
});

describe('malformed HTTP', () => {
  beforeAll(() => start());
  afterAll(stop);

  test.each([
    ['a line that is no request', 'nonsense\r\n\r\n', 400, 'bad-http'],
    ['a bad header', 'GET / HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n', 400, 'bad-http'],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
      400,
      'bad-http',
    ],
    ['a bad chunk', 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n', 400, 'bad-http'],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, 'bad-http'],
    ['large headers', `GET / HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431, 'headers-too-large'],
  ])('malformed HTTP is answered and counted: %s', async (_, bytes, status, code) => {
    const before = await refused(code);
    expectProblem(await exchange(app.url, bytes), status, code);
    expect(await refused(code)).toBe(before + 1);
    await isAlive();
  });
});

describe('malformed HTTP behind a request', () => {
  beforeAll(() => start());
  afterAll(stop);

  test('malformed HTTP during an unfinished response closes the connection without a second response', async () => {
    const stream = openRaw(app.url);
    let text = '';
    let isClosed = false;
    stream.on('error', () => {});
    stream.on('data', (chunk) => {
      text += chunk;
    });
    stream.on('close', () => {
      isClosed = true;
    });
    stream.on('end', () => stream.destroy());
    stream.write(`GET /api/rooms/open/events HTTP/1.1\r\nHost: x\r\n\r\n`);
    await until('the stream has begun', () => text.includes('event: state'));
    const before = await refused('bad-http');
    stream.write('nonsense\r\n\r\n');
    await until('the connection is closed', () => isClosed);
    expect(text).not.toContain('bad-http');
    expect(await refused('bad-http')).toBe(before + 1);
  });
});

describe('incomplete requests', () => {
  beforeAll(() => start({}, 200));
  afterAll(stop);

  test.each([
    ['no byte', ''],
    ['half a line', 'GET /'],
    ['half of the headers', 'GET / HTTP/1.1\r\nHost: x\r\n'],
    [
      'half of a body',
      'POST /api/rooms/x/messages HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 99\r\n\r\nhalf',
    ],
    [
      'half of a chunked body',
      'PUT /api/me HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf',
    ],
    [
      'half of a poll',
      'POST /primus/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n4',
    ],
  ])('an incomplete request gets 408 or a refusal, and the connection is closed: %s', async (_, bytes) => {
    const answer = await exchange(app.url, bytes);
    if (answer.status !== 400) expectProblem(answer, 408, 'request-timeout');
  });

  test('the request timeout does not close event streams and sockets', async () => {
    const client = await SocketClient.open(app.url);
    const stream = openRaw(app.url);
    let text = '';
    stream.on('data', (chunk) => {
      text += chunk;
    });
    stream.write(`GET /api/rooms/open/events HTTP/1.1\r\nHost: x\r\n\r\n`);
    await until('the stream has begun', () => text.includes('event: state'));
    // A later request that times out shows that connections have been checked since.
    await exchange(app.url, 'GET /');
    await exchange(app.url, 'GET /');
    await fetch(`${app.url}/api/rooms/open/messages`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: 'still there',
    });
    await until('the message arrives', () => text.includes('still there'));
    expect(await client.ask({ type: 'joinRoom', room: 'open' })).toMatchObject({ type: 'roomSnapshot' });
    stream.destroy();
    client.close();
  });
});

describe('the allowed hosts', () => {
  beforeAll(() => start({ ALLOWED_HOSTS: 'chat.example.org, [::1]' }));
  afterAll(stop);

  const ask = (line: string, headers: string) =>
    exchange(app.url, `${line} HTTP/1.1\r\n${headers}Connection: close\r\n\r\n`);
  const upgrade = (headers: string) =>
    exchange(app.url, `GET /primus/ HTTP/1.1\r\n${headers}${WEBSOCKET}${KEY}\r\n`);

  test.each(['chat.example.org', 'Chat.Example.org:8080', '[::1]:5000'])(
    'an allowed host is served: %s',
    async (host) => {
      expect((await ask('GET /api/rooms', `Host: ${host}\r\n`)).status).toBe(200);
      expect((await upgrade(`Host: ${host}\r\n`)).status).toBe(400);
    },
  );

  test.each([
    'Host: rebound.example\r\n',
    'Host: chat.example.org.rebound.example\r\n',
    'Host: \r\n',
    // A page served by DNS rebinding can set this header, and a proxy on this machine is trusted.
    'Host: rebound.example\r\nX-Forwarded-Host: chat.example.org\r\n',
    'Host: chat.example.org\r\nX-Forwarded-Host: rebound.example\r\n',
  ])('a host that is not allowed gets 421, over HTTP and with an upgrade: %j', async (headers) => {
    const before = await refused('bad-host').catch(() => 0);
    for (const line of ['GET /', 'GET /primus/?EIO=4&transport=polling', 'POST /api/rooms'])
      expectProblem(await ask(line, headers), 421, 'bad-host');
    expectProblem(await upgrade(headers), 421, 'bad-host');
    expect(before).toBe(0);
  });

  test('health checks are served under any host name', async () => {
    for (const path of ['/healthz', '/readyz?x'])
      expect((await ask(`GET ${path}`, 'Host: 10.0.0.1\r\n')).status).toBe(200);
  });
});

describe('an error in a socket listener', () => {
  test('an error in a socket listener is answered with 500 and does not end the process', async () => {
    const failing = createServer();
    const fail = () => {
      throw new Error('of a listener');
    };
    failing.on('request', fail).on('upgrade', fail);
    const log = createLog({ log: 'silent' });
    guardServer(failing, {
      pages: fail,
      socketsPath: '/primus',
      allowedHosts: null,
      origins: new OriginPolicy({ allowedOrigins: [], trust: () => false }),
      trust: () => false,
      bodyMs: 1_000,
      log,
    });
    failing.listen(0, '127.0.0.1');
    await once(failing, 'listening');
    const url = `http://127.0.0.1:${(failing.address() as AddressInfo).port}`;
    for (const headers of ['Connection: close\r\n', WEBSOCKET + KEY])
      expectProblem(
        await exchange(url, `GET /primus/ HTTP/1.1\r\nHost: a\r\n${headers}\r\n`),
        500,
        'internal',
      );
    failing.close();
  });
});
