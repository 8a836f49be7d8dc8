import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import express from 'express';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { problemHandler } from '../../server/http/middleware/problems.js';
import { ChatError } from '../../server/protocol/errors.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { cookieOfGuest, jsonOf, post } from './client.js';

let app: TestApp;
let messages: string;
beforeAll(async () => {
  app = await startTestApp();
  messages = `${app.url}/api/rooms/lobby/messages`;
});
afterAll(() => app.stop());

const LATIN_1 = Buffer.from('{"body": "caf\xe9"}', 'latin1');

describe('problem responses', () => {
  test('a problem has a code, the invalid field and a link to its explanation', async () => {
    const response = await post(messages, { body: 'x'.repeat(4001) });
    expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    const problem = await jsonOf(response);
    expect(problem).toEqual({
      type: '/api/errors#bad-body',
      title: 'Invalid message body',
      status: 400,
      detail: 'body is longer than 4000 characters',
      code: 'bad-body',
      field: 'body',
      limit: 4000,
    });
    const explanation = await fetch(new URL(problem.type, app.url));
    expect(await explanation.text()).toContain('### bad-body\n');
  });

  test.each([
    ['{"body": ', { 'content-type': 'application/json' }, { status: 400, code: 'bad-json' }],
    [
      'x'.repeat(65_537),
      { 'content-type': 'text/plain' },
      { status: 413, code: 'body-too-large', limit: 65_536 },
    ],
    [
      gzipSync('x'.repeat(99_999)),
      { 'content-type': 'text/plain', 'content-encoding': 'gzip' },
      { status: 413, code: 'body-too-large' },
    ],
    [
      '&'.repeat(2000),
      { 'content-type': 'application/x-www-form-urlencoded' },
      { status: 413, code: 'body-too-large' },
    ],
    [
      '<body/>',
      { 'content-type': 'application/xml' },
      { status: 415, code: 'unsupported-media-type', field: 'Content-Type' },
    ],
    ['{}', { 'content-type': 'nonsense' }, { status: 415, code: 'unsupported-media-type' }],
    [
      '{}',
      { 'content-type': 'application/json; charset=klingon' },
      { status: 415, code: 'unsupported-media-type' },
    ],
    [
      '{}',
      { 'content-type': 'application/json', 'content-encoding': 'rot13' },
      { status: 415, code: 'unsupported-media-type' },
    ],
    ['x', { 'content-type': 'text/plain', 'content-encoding': 'gzip' }, { status: 400, code: 'bad-request' }],
    [
      LATIN_1,
      { 'content-type': 'text/plain; charset=utf8' },
      { status: 400, code: 'bad-request', detail: 'the request body is not valid UTF-8' },
    ],
    [
      LATIN_1,
      { 'content-type': 'application/json' },
      { status: 400, code: 'bad-request', detail: 'the request body is not valid UTF-8' },
    ],
    [undefined, {}, { status: 400, code: 'bad-request', detail: 'the request needs a body' }],
    ['', { 'content-type': 'application/json' }, { status: 400 }],
    [
      'body=a&body=b',
      { 'content-type': 'application/x-www-form-urlencoded' },
      { status: 400, code: 'bad-body' },
    ],
  ])('an unreadable body is answered with a problem: %#', async (body, headers, problem) => {
    const response = await fetch(messages, {
      method: 'POST',
      ...(body !== undefined && { body }),
      headers: headers as Record<string, string>,
    });
    expect(response.status).toBe(problem.status);
    expect(await jsonOf(response)).toMatchObject(problem);
  });

  test.each(['/api/rooms/%E0%A4%A/messages', '/api/rooms/%/events', '/api/rooms/lobby/messages/%ff'])(
    'a path that is not percent-encoded correctly is answered with a problem: %s',
    async (path) => {
      const response = await fetch(`${app.url}${path}`);
      expect(response.status).toBe(400);
      expect(await jsonOf(response)).toMatchObject({ code: 'bad-request' });
    },
  );

  test.each(['/api', '/api/', '/api/nowhere', '/api/rooms/lobby/messages/x/y'])(
    'an unknown path is answered with a problem: %s',
    async (path) => {
      const response = await fetch(`${app.url}${path}`, { headers: { accept: 'text/html' } });
      expect(response.status).toBe(404);
      expect(await jsonOf(response)).toMatchObject({ code: 'not-found' });
    },
  );
});

describe('methods of a path', () => {
  const routes = [
    ['/api/me', 'GET, PUT, HEAD, OPTIONS'],
    ['/api/rooms/lobby/messages', 'GET, POST, HEAD, OPTIONS'],
    ['/api/rooms/lobby/messages/x', 'GET, PATCH, DELETE, HEAD, OPTIONS'],
    ['/api/rooms/lobby/events', 'GET, HEAD, OPTIONS'],
    ['/api/errors', 'GET, HEAD, OPTIONS'],
    ['/healthz', 'GET, HEAD, OPTIONS'],
    ['/readyz', 'GET, HEAD, OPTIONS'],
  ] as const;

  test.each(routes)('an unsupported method of %s is refused with the supported ones', async (path, allow) => {
    const response = await fetch(`${app.url}${path}`, { method: 'PROPFIND' });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe(allow);
    expect(await jsonOf(response)).toMatchObject({ code: 'method-not-allowed' });
  });

  test.each(routes)('OPTIONS of %s lists the methods without CORS headers', async (path, allow) => {
    const headers = { 'access-control-request-method': 'POST' };
    const response = await fetch(`${app.url}${path}`, { method: 'OPTIONS', headers });
    expect(response.status).toBe(204);
    expect(response.headers.get('allow')).toBe(allow);
    expect([...response.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  test.each([
    '/api/me',
    '/api/rooms/lobby/messages',
    '/api/rooms/lobby/events',
    '/healthz',
    '/readyz',
    '/api/nowhere',
  ])('HEAD of %s is answered like GET, without a body', async (path) => {
    const head = await fetch(`${app.url}${path}`, { method: 'HEAD' });
    expect(await head.text()).toBe('');
    const controller = new AbortController();
    const get = await fetch(`${app.url}${path}`, { signal: controller.signal });
    const type = (response: Response) => response.headers.get('content-type')?.split(';')[0];
    expect([head.status, type(head)]).toEqual([get.status, type(get)]);
    controller.abort();
  });
});

describe('requests of other sites', () => {
  const origin = 'https://evil.example';

  test('a page of another site cannot change data, even with cookies', async () => {
    const cookie = await cookieOfGuest(app.url, 'Ada');
    const own = await post(messages, { id: 'mine-1', body: 'mine' }, { cookie });
    expect(own.status).toBe(201);
    const tries = [
      await post(messages, { body: 'theirs' }, { cookie, origin }),
      await fetch(messages, { method: 'POST', body: 'theirs', headers: { cookie, origin: 'null' } }),
      await fetch(`${messages}/mine-1`, { method: 'DELETE', headers: { cookie, origin } }),
      await fetch(`${app.url}/api/me`, { method: 'PUT', body: 'Eve', headers: { cookie, origin } }),
    ];
    for (const response of tries) {
      expect(response.status).toBe(403);
      expect(await jsonOf(response)).toMatchObject({ code: 'bad-origin', field: 'Origin' });
      expect(response.headers.getSetCookie()).toEqual([]);
    }
    expect((await fetch(`${messages}/mine-1`)).status).toBe(200);
  });

  test('a page of this site can change data, also behind a proxy', async () => {
    expect((await post(messages, { body: 'ours' }, { origin: app.url })).status).toBe(201);
    const proxied = {
      origin: 'https://chat.example',
      'x-forwarded-host': 'chat.example',
      'x-forwarded-proto': 'https',
    };
    expect((await post(messages, { body: 'ours' }, proxied)).status).toBe(201);
  });
});

describe('unexpected errors', () => {
  let server: Server | undefined;
  afterEach(() => server?.close());

  async function throwing(
    thrown: unknown,
    before?: (res: express.Response) => void,
  ): Promise<{ url: string; log: string[] }> {
    const log: string[] = [];
    const handler = problemHandler(pino({ level: 'error' }, { write: (line) => void log.push(line) }));
    const routes = express().use((_req: express.Request, res: express.Response) => {
      before?.(res);
      throw thrown;
    }, handler);
    server = createServer(routes);
    await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/x`, log };
  }

  test.each([new Error('password=hunter2'), 'hunter2', null, undefined, { status: 404, message: 'hunter2' }])(
    'an unexpected error is logged and not revealed: %j',
    async (thrown) => {
      const { url, log } = await throwing(thrown ?? Object.assign(new Error('hunter2'), { status: 502 }));
      const response = await fetch(url);
      expect(response.status).toBe(500);
      const text = await response.text();
      expect(text).not.toContain('hunter2');
      expect(JSON.parse(text)).toMatchObject({
        code: 'internal',
        instance: expect.stringMatching(/^urn:uuid:/),
      });
      expect(log.map((line) => JSON.parse(line))).toMatchObject([{ instance: JSON.parse(text).instance }]);
    },
  );

  test('an unexpected error during a response closes the connection', async () => {
    const { url } = await throwing(new Error('late'), (res) => res.type('text').write('half an ans'));
    await expect(fetch(url).then((response) => response.text())).rejects.toThrow();
  });

  test('an error with a known delay has Retry-After', async () => {
    const { url } = await throwing(new ChatError('database-unavailable', 'away', { retryAfterMs: 1_500 }));
    const response = await fetch(url);
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '2']);
    expect(await jsonOf(response)).toMatchObject({ code: 'database-unavailable', retryAfterMs: 1_500 });
  });
});

test('an aborted request does not harm the server', async () => {
  const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
  socket.write(
    'POST /api/rooms/lobby/messages HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 9\r\n\r\nhal',
  );
  await new Promise<void>((resolve) => socket.once('connect', () => setImmediate(resolve)));
  socket.destroy();
  expect((await fetch(`${app.url}/healthz`)).status).toBe(200);
});

test('a browser that requests a page receives errors as a page', async () => {
  const response = await fetch(`${app.url}/no/such/page`, { headers: { accept: 'text/html,*/*;q=0.8' } });
  expect(response.status).toBe(404);
  expect(response.headers.get('content-type')).toMatch(/^text\/html/);
  expect(await response.text()).toContain('Not found');
});

test('a program receives errors as JSON at every path', async () => {
  const response = await fetch(`${app.url}/no/such/page`);
  expect(response.status).toBe(404);
  expect(await jsonOf(response)).toMatchObject({ code: 'not-found' });
});
