import { afterAll, beforeAll, expect } from 'vitest';
import { Issuer, makeKey } from '../auth/issuer.js';
import { jsonOf } from '../http/client.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { SocketClient } from '../support/socket-client.js';
import { until } from '../support/until.js';
import { checkedIn, configOf, configWith, documentedIn, filesExist, walkRows } from './rows.js';

const SUMMARY = 'secret-for-the-summary';
const FLUSHING = 'secret-for-flushing';
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ env: { SECRET_FOR_SUMMARY: SUMMARY, SECRET_FOR_FLUSHING: FLUSHING } });
});
afterAll(() => app.stop());

/** Two guests in a room; the second has written. */
async function talk() {
  const [ann, bob] = [await SocketClient.open(app.url), await SocketClient.open(app.url)];
  for (const socket of [ann, bob]) await socket.ask({ type: 'joinRoom', room: 'lounge' });
  await bob.ask({ type: 'createMessage', message: { room: 'lounge', body: 'hello' } });
  return { ann, bob };
}

async function acceptsAccessToken(): Promise<void> {
  const issuer = await Issuer.start(await makeKey('k1'));
  const { issuer: AUTH_ISSUER, audience: AUTH_AUDIENCE } = issuer.config;
  const chat = await startTestApp({ env: { AUTH: 'jwt', AUTH_ISSUER, AUTH_AUDIENCE } });
  const token = await issuer.sign({ sub: 'auth0|1', name: 'Ann' });
  const byFrame = await SocketClient.open(chat.url);
  byFrame.send({ type: 'authenticate', token });
  await until('the token in a frame is accepted', () => byFrame.latest('welcome'));
  const byHeader = await SocketClient.open(chat.url, bearer(token));
  expect(byHeader.latest('welcome')?.user).toEqual({ id_user: 'auth0|1', name: 'Ann' });
  await chat.stop();
  await issuer.server.stop();
}

walkRows("Midspace's realtime service", {
  REDIS_URL: () =>
    expect(configOf({ REDIS_URL: 'redis://h:1' }).redis).toEqual({
      url: 'redis://h:1',
      keyPrefix: 'changeroom',
    }),
  AUTH0_API_DOMAIN: () => {
    const { auth } = configOf({ AUTH: 'jwt', AUTH0_API_DOMAIN: 'a.eu.auth0.com', AUTH_AUDIENCE: 'api' });
    expect(auth).toMatchObject({ mode: 'jwt', issuer: 'https://a.eu.auth0.com/' });
  },
  SECRET_FOR_SUMMARY: () =>
    expect(configOf({ SECRET_FOR_SUMMARY: SUMMARY }).presenceTokens).toMatchObject({ summary: SUMMARY }),
  SECRET_FOR_FLUSHING: () =>
    expect(configOf({ SECRET_FOR_FLUSHING: FLUSHING }).presenceTokens).toMatchObject({ flush: FLUSHING }),
  RABBITMQ_USERNAME: () =>
    expect(
      configWith({ RABBITMQ_USERNAME: 'services/realtime', RABBITMQ_PASSWORD: '1234' }, 'RABBITMQ_USERNAME')
        .amqp?.url,
    ).toMatch(/^amqp:\/\/services%2Frealtime:1234@127\.0\.0\.1/),
  RABBITMQ_PASSWORD: () =>
    configWith({ RABBITMQ_USERNAME: 'services/realtime', RABBITMQ_PASSWORD: '1234' }, 'RABBITMQ_PASSWORD'),
  presence: async () => {
    const { ann } = await talk();
    await until('both are shown', () =>
      ann.frames.some((frame) => frame.type === 'presence' && (frame.users ?? frame.joined ?? []).length > 0),
    );
    expect(await jsonOf(await fetch(`${app.url}/api/rooms/lounge/users`))).not.toEqual([]);
  },
  chat: async () => {
    const { ann } = await talk();
    await until('the message arrives', () => ann.latest('deliverMessage')?.message.body === 'hello');
  },
  'presence summary': async () => {
    const summary = `${app.url}/api/presence/summary`;
    expect((await fetch(summary)).status).toBe(401);
    expect((await fetch(summary, { headers: bearer(SUMMARY) })).status).toBe(200);
  },
  'presence flush': async () => {
    const flush = `${app.url}/api/presence/flush`;
    expect((await fetch(flush, { method: 'POST', headers: bearer(SUMMARY) })).status).toBe(401);
    const flushed = await fetch(flush, { method: 'POST', headers: bearer(FLUSHING) });
    expect(await jsonOf(flushed)).toEqual({ dropped: 0 });
  },
  'Auth0 access token': acceptsAccessToken,
  'npm i': checkedIn('flows/start'),
  'cp .env.example .env': filesExist('.env.example'),
  'http://localhost:15672': documentedIn('compose.dev.yaml', '127.0.0.1:15672:15672'),
  'heroku features:enable http-session-affinity --app APP_NAME': documentedIn(
    'docs/deploy.md',
    'heroku features:enable http-session-affinity',
  ),
  'heroku addons:create heroku-redis:premium-0 --app APP_NAME': documentedIn('app.json', 'heroku-redis'),
  'heroku buildpacks:add -a APP_NAME heroku-community/multi-procfile': documentedIn(
    'docs/deploy.md',
    'heroku-community/multi-procfile',
  ),
  'heroku config:set -a APP_NAME PROCFILE=services/realtime/PROCFILE': documentedIn(
    'docs/deploy.md',
    'heroku config:set PROCFILE=',
  ),
});
