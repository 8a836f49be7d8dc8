import { UnsecuredJWT } from 'jose';
import r from 'rethinkdb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AUDIENCE, Issuer, makeKey, type SigningKey } from '../auth/issuer.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { SocketClient } from '../support/socket-client.js';
import { until } from '../support/until.js';

/** A way to read a room with the given headers, or with a token for sockets. */
type Door = (
  app: TestApp,
  room: string,
  token: string,
) => Promise<{ status: number; code?: string | undefined }>;

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

async function http(url: string, init: RequestInit): Promise<{ status: number; code?: string | undefined }> {
  const abort = new AbortController();
  const answer = await fetch(url, { ...init, signal: abort.signal, redirect: 'manual' });
  const type = answer.headers.get('content-type') ?? '';
  // Pages contain the error as text; a stream does not end.
  const text = type.includes('event-stream') ? '' : await answer.text();
  if (answer.status >= 400) expect(text).not.toContain('among us');
  let code = answer.status === 403 ? 'not-a-member' : undefined;
  if (type.includes('problem+json')) code = (JSON.parse(text) as { code: string }).code;
  abort.abort();
  return { status: answer.status, code };
}

async function overSocket(app: TestApp, token: string, frame: { type: string; [field: string]: unknown }) {
  const client = await SocketClient.open(app.url, { cookie: `changeroom_token=${token}` });
  const refusal = client.latest('error');
  const answer = refusal ?? (await client.ask(frame));
  client.close();
  return answer.type === 'error' ? { status: 0, code: answer.code } : { status: 200 };
}

const at = (room: string) => encodeURIComponent(room);

const doors: Record<string, Door> = {
  'the page': (app, room, token) =>
    http(`${app.url}/r/${at(room)}`, { headers: { ...bearer(token), accept: 'application/json' } }),
  'the form': (app, room, token) =>
    http(`${app.url}/r/${at(room)}`, {
      method: 'POST',
      headers: { cookie: `changeroom_token=${token}`, accept: 'application/json' },
      body: new URLSearchParams({ body: 'x' }),
    }),
  'reading by REST': (app, room, token) =>
    http(`${app.url}/api/rooms/${at(room)}/messages`, { headers: bearer(token) }),
  'paging by REST': (app, room, token) =>
    http(`${app.url}/api/rooms/${at(room)}/messages?before=${cursor}`, { headers: bearer(token) }),
  'one message by REST': (app, room, token) =>
    http(`${app.url}/api/rooms/${at(room)}/messages/first`, { headers: bearer(token) }),
  'writing by REST': (app, room, token) =>
    http(`${app.url}/api/rooms/${at(room)}/messages`, {
      method: 'POST',
      headers: { ...bearer(token), 'content-type': 'text/plain' },
      body: 'x',
    }),
  'editing by REST': (app, room, token) =>
    http(`${app.url}/api/rooms/${at(room)}/messages/first`, {
      method: 'PATCH',
      headers: { ...bearer(token), 'content-type': 'application/json' },
      body: '{"body":"x"}',
    }),
  events: (app, room, token) => http(`${app.url}/api/rooms/${at(room)}/events`, { headers: bearer(token) }),
  'who is there': (app, room, token) =>
    http(`${app.url}/api/rooms/${at(room)}/users`, { headers: bearer(token) }),
  'joining by socket': (app, room, token) => overSocket(app, token, { type: 'joinRoom', room }),
  'writing by socket': (app, room, token) =>
    overSocket(app, token, { type: 'createMessage', message: { room, body: 'x' } }),
  'history by socket': (app, room, token) =>
    overSocket(app, token, { type: 'loadHistory', room, before: { sent: Date.now(), id: 'z' } }),
  'presence by socket': (app, room, token) =>
    overSocket(app, token, { type: 'observePresence', rooms: [room] }),
};
const cursor = Buffer.from(JSON.stringify([Date.now(), 'z'])).toString('base64url');

let key: SigningKey;
let issuer: Issuer;
let app: TestApp;

beforeAll(async () => {
  key = await makeKey('1');
  issuer = await Issuer.start(key);
  const env = {
    AUTH: 'jwt',
    AUTH_ISSUER: issuer.config.issuer,
    AUTH_AUDIENCE: AUDIENCE,
    AUTH_JWKS_URL: issuer.config.jwksUrl,
  };
  app = await startTestApp({ env });
  const connection = await app.database.connect();
  await r.table('rooms').insert({ id: 'members', access: 'members' }).run(connection);
  await r
    .table('memberships')
    .insert({ id: ['members', 'auth0|ada'] as never })
    .run(connection);
  await r
    .table('messages')
    .insert([
      { id: 'first', room: 'members', body: 'among us', author: { id_user: 'auth0|ada', name: 'Ada' } },
      { id: 'open', room: 'open', body: 'to all' },
    ])
    .run(connection);
});
afterAll(async () => {
  await app?.stop();
  await issuer?.server.stop();
});

describe.each(Object.entries(doors))('%s', (_name, door) => {
  const now = () => Math.floor(Date.now() / 1000);

  test('a member is admitted', async () => {
    const token = await issuer.sign({ name: 'Ada', exp: now() + 600 });
    const { status, code } = await door(app, 'members', token);
    expect(code).toBeUndefined();
    expect(status).toBeLessThan(400);
  });

  test('a user who is not a member is refused', async () => {
    const token = await issuer.sign({ sub: 'auth0|eve', name: 'Eve', exp: now() + 600 });
    const { status, code } = await door(app, 'members', token);
    expect(code).toBe('not-a-member');
    expect([0, 403]).toContain(status);
  });

  test.each([
    [
      'that is forged',
      async () => `${(await issuer.sign({ exp: now() + 600 })).slice(0, -8)}AAAAAAAA`,
      'bad-token',
    ],
    [
      'of an unknown key',
      async () => issuer.sign({ exp: now() + 600 }, await makeKey('unknown')),
      'bad-token',
    ],
    [
      'for another audience',
      () => issuer.sign({ aud: 'https://elsewhere.example', exp: now() + 600 }),
      'bad-token',
    ],
    ['that has expired', () => issuer.sign({ exp: now() - 600 }), 'token-expired'],
    [
      'without a signature',
      async () =>
        new UnsecuredJWT({ sub: 'auth0|ada' })
          .setIssuer(issuer.config.issuer)
          .setAudience(AUDIENCE)
          .setExpirationTime('1h')
          .encode(),
      'bad-token',
    ],
  ])('a token %s is refused', async (_what, make, expected) => {
    const { status, code } = await door(app, 'open', await make());
    expect(code).toBe(expected);
    expect([0, 401]).toContain(status);
  });
});

test('an open socket loses its rights when its token expires and regains them with a new token', async () => {
  const soon = Math.floor(Date.now() / 1000) - 28; // refused two seconds from now, as clocks may differ by thirty
  const token = await issuer.sign({ name: 'Ada', exp: soon });
  const client = await SocketClient.open(app.url, { cookie: `changeroom_token=${token}` });
  await client.ask({ type: 'joinRoom', room: 'members' });
  await until('the error arrives', () => client.latest('error')?.code === 'token-expired');
  const create = { type: 'createMessage', message: { room: 'members', body: 'too late' } };
  expect(await client.ask(create)).toMatchObject({ type: 'error', code: 'login-required' });
  const before = client.frames.length;
  const connection = await app.database.connect();
  await r.table('messages').insert({ room: 'members', body: 'not for strangers' }).run(connection);
  const fresh = await issuer.sign({ name: 'Ada', exp: Math.floor(Date.now() / 1000) + 600 });
  expect(await client.ask({ type: 'authenticate', token: fresh })).toMatchObject({ type: 'ack' });
  expect(await client.ask(create)).toMatchObject({ type: 'ack' });
  expect(client.frames.slice(before).filter(({ type }) => type === 'deliverMessage')).toEqual([]);
  client.close();
});
