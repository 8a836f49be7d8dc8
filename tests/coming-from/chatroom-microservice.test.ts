import { afterAll, beforeAll, expect } from 'vitest';
import { readConfig } from '../../server/config/config.js';
import type { ServerFrame } from '../../server/protocol/frames.js';
import { cookieOfGuest, jsonOf, post } from '../http/client.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { SocketClient } from '../support/socket-client.js';
import { until } from '../support/until.js';
import { checkedIn, configOf, configWith, dependencies, documentedIn, script, walkRows } from './rows.js';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());

const request = async (path: string, name: string, body: object = {}) =>
  post(`${app.url}${path}`, body, { cookie: await cookieOfGuest(app.url, name) });

/** Two sockets of different guests in a room of their own. */
async function socketsIn(room: string) {
  const sockets = [await SocketClient.open(app.url), await SocketClient.open(app.url)] as const;
  for (const socket of sockets) await socket.ask({ type: 'joinRoom', room });
  return sockets;
}

const received = (socket: SocketClient, type: ServerFrame['type'], room: string) =>
  until(`${type} of ${room}`, () =>
    socket.frames.find((frame) => frame.type === type && 'room' in frame && frame.room === room),
  );

const amqp = (env: Record<string, string>, ...words: string[]) => configWith(env, ...words).amqp;

walkRows('The chatroom microservice', {
  LOG: () => {
    for (const level of ['error', 'warn', 'info', 'http', 'verbose', 'debug', 'silly'])
      configWith({ LOG: level }, 'LOG_LEVEL');
  },
  PORT: () => expect(configOf({ PORT: '8002' }).port).toBe(8002),
  INTERFACE: () => expect(configWith({ INTERFACE: '127.0.0.1' }, 'HOST').host).toBe('127.0.0.1'),
  ENV: () => configWith({ ENV: 'dev' }, 'ENV', 'NODE_ENV'),
  INSTANCES: () => {
    expect(configOf({ INSTANCES: '2', REDIS_URL: 'redis://h' }).instances).toBe(2);
    expect(() => readConfig({ INSTANCES: '2' })).toThrow('REDIS_URL');
  },
  MONGODB_URI: () => configWith({ MONGODB_URI: 'mongodb://127.0.0.1:27017/chat' }, 'RETHINKDB_URL'),
  AUTH_SERVER: () =>
    expect(configWith({ AUTH_SERVER: 'https://accounts.example' }, 'AUTH=accounts').auth).toMatchObject({
      mode: 'accounts',
      server: 'https://accounts.example',
    }),
  REDIS_SERVER: () =>
    expect(configWith({ REDIS_SERVER: '10.0.0.1' }, 'REDIS_SERVER', 'REDIS_URL').redis?.url).toMatch(
      /^redis:\/\/10\.0\.0\.1(:6379)?$/,
    ),
  REDIS_PORT: () =>
    expect(
      configWith({ REDIS_SERVER: '10.0.0.1', REDIS_PORT: '6380' }, 'REDIS_PORT', 'REDIS_URL').redis?.url,
    ).toBe('redis://10.0.0.1:6380'),
  REDIS_KEY: () =>
    expect(configOf({ REDIS_URL: 'redis://h', REDIS_KEY: 'chat.adapter.io' }).redis?.keyPrefix).toBe(
      'chat.adapter.io',
    ),
  AMQP_PROTOCOL: () =>
    expect(amqp({ AMQP_PROTOCOL: 'amqps', AMQP_SERVER: 'mq' }, 'AMQP_PROTOCOL', 'AMQP_URL')?.url).toMatch(
      /^amqps:\/\//,
    ),
  AMQP_SERVER: () => expect(amqp({ AMQP_SERVER: 'mq' }, 'AMQP_SERVER', 'AMQP_URL')?.url).toContain('@mq'),
  AMQP_PORT: () =>
    expect(amqp({ AMQP_SERVER: 'mq', AMQP_PORT: '5673' }, 'AMQP_PORT', 'AMQP_URL')?.url).toContain(
      '@mq:5673',
    ),
  AMQP_USERNAME: () =>
    expect(
      amqp({ AMQP_SERVER: 'mq', AMQP_USERNAME: 'challenge' }, 'AMQP_USERNAME', 'AMQP_URL')?.url,
    ).toContain('//challenge:'),
  AMQP_PASSWORD: () => {
    const env = { AMQP_SERVER: 'mq', AMQP_USERNAME: 'challenge', AMQP_PASSWORD: 'challenge*2020' };
    const { amqp: broker, warnings } = configWith(env, 'AMQP_PASSWORD', 'AMQP_URL');
    expect(decodeURIComponent(new URL(broker?.url ?? '').password)).toBe('challenge*2020');
    expect(warnings.join()).not.toContain('2020');
  },
  AMQP_QUEUE: () =>
    expect(configOf({ AMQP_URL: 'amqp://h', AMQP_QUEUE: 'bot-jobsity-chat' }).amqp?.replyQueue).toBe(
      'bot-jobsity-chat',
    ),
  AMQP_BOT_QUEUE_BOT: () =>
    expect(
      amqp(
        { AMQP_URL: 'amqp://h', AMQP_BOT_QUEUE_BOT: 'bot-jobsity-bot' },
        'AMQP_BOT_QUEUE_BOT',
        'AMQP_COMMAND_QUEUE',
      )?.commandQueue,
    ).toBe('bot-jobsity-bot'),

  'Create chatroom': async () =>
    expect((await request('/api/rooms', 'Ann', { name: 'created' })).status).toBe(201),
  'Join chatroom': async () =>
    expect(await jsonOf(await request('/api/rooms/joined/join', 'Ann'))).toMatchObject({ joined: true }),
  'Leave chatroom': async () =>
    expect(await jsonOf(await request('/api/rooms/joined/leave', 'Ann'))).toMatchObject({ joined: false }),
  'Send message': async () =>
    expect((await request('/api/rooms/sent/messages', 'Ann', { body: 'hello' })).status).toBe(201),
  'event of client disconnect': async () => {
    const [ann, bob] = await socketsIn('disconnect');
    bob.cut();
    await until('the room has one socket', async () => {
      const users = await jsonOf(await fetch(`${app.url}/disconnect/users`));
      return users.length === 1 && users[0].id_socket === ann.latest('welcome')?.id_socket;
    });
  },
  'event of chatroom switch': async () => {
    const [ann] = await socketsIn('before');
    await request('/api/rooms/after/messages', 'Bob', { body: 'history of the other room' });
    await ann.ask({ type: 'leaveRoom', room: 'before' });
    const snapshot = await ann.ask<'roomSnapshot'>({ type: 'joinRoom', room: 'after' });
    expect(snapshot.messages.map(({ body }) => body)).toEqual(['history of the other room']);
    expect(await received(ann, 'presence', 'after')).toHaveProperty('users');
  },
  'event of writing': async () => {
    const [ann, bob] = await socketsIn('writing');
    ann.send({ type: 'typing', room: 'writing' });
    await received(bob, 'userTyping', 'writing');
    // The frame of the sender would have been sent before this answer.
    await ann.ask({ type: 'joinRoom', room: 'writing' });
    expect(ann.latest('userTyping')).toBeUndefined();
  },
  'event of chatroom history': async () => {
    const [ann] = await socketsIn('history');
    await ann.ask({ type: 'createMessage', message: { room: 'history', body: 'first' } });
    const before = { sent: Date.now() + 60_000, id: '' };
    const { messages } = await ann.ask<'history'>({ type: 'loadHistory', room: 'history', before });
    expect(messages.map(({ body }) => body)).toEqual(['first']);
  },
  'chatroom trigger': async () => {
    const ann = await SocketClient.open(app.url);
    await until('the list of rooms', () => ann.frames.some(({ type }) => (type as string) === 'roomList'));
    await request('/api/rooms', 'Bob', { name: 'announced' });
    await until('the new room', () => ann.latest('roomCreated')?.room.name === 'announced');
  },
  'join trigger': async () => {
    const [ann] = await socketsIn('joining');
    await request('/api/rooms/joining/join', 'Bob');
    expect(await received(ann, 'memberJoined', 'joining')).toMatchObject({
      user: { name: expect.stringContaining('Bob') },
    });
  },
  'leave trigger': async () => {
    const [ann] = await socketsIn('leaving');
    const cookie = await cookieOfGuest(app.url, 'Bob');
    await post(`${app.url}/api/rooms/leaving/join`, {}, { cookie });
    await post(`${app.url}/api/rooms/leaving/leave`, {}, { cookie });
    await received(ann, 'memberLeft', 'leaving');
  },
  'message trigger': async () => {
    const [ann] = await socketsIn('delivering');
    await request('/api/rooms/delivering/messages', 'Bob', { body: 'hello' });
    await until('the message', () => ann.latest('deliverMessage')?.message.body === 'hello');
  },

  'queue bot-jobsity-bot': checkedIn('deploy/originals/pm2-block', 'bot-jobsity-bot'),
  'queue bot-jobsity-chat': checkedIn('deploy/originals/pm2-block', 'bot-jobsity-chat'),
  'fields chatroom, token, message': checkedIn(
    'deploy/originals/pm2-block',
    'a bot that knows chatroom, token and message replies to a command in its room',
  ),
  'transient queues, created before the start': checkedIn('deploy/originals/pm2-block', 'durable: false'),

  'npm install --build-from-source farmhash': () => expect(dependencies()).not.toContain('farmhash'),
  'npm run build': script('build'),
  'npm start': script('start', 'flows/start'),
  'npm run dev': script('dev'),
  'apt install redis redis-server': documentedIn('docs/deploy.md', 'apt install'),
  'rabbitmqctl add_user challenge challenge*2020': documentedIn('docs/bots.md', 'rabbitmqctl add_user'),
  'sudo rabbitmq-plugins enable rabbitmq_management': documentedIn(
    'docs/bots.md',
    'rabbitmq-plugins enable rabbitmq_management',
  ),
  'pm2 start ecosystem.config.js': checkedIn(
    'deploy/originals/pm2-block',
    'users of the accounts server write messages, and others may not',
    'the log names the new form of each setting of the block',
  ),
  'nginx site with upstream mod-chat-jobsity': checkedIn(
    'deploy/originals/nginx-site',
    'the nginx site passes on REST, long-polling and event streams',
  ),
  'certbot --nginx -d chat.jobsity.ikoabo.com': documentedIn('docs/deploy.md', 'certbot'),
  'npm run apidoc': async () => {
    expect((await fetch(`${app.url}/api/docs`)).status).toBe(200);
    expect((await jsonOf(await fetch(`${app.url}/api/openapi.json`))).openapi).toMatch(/^3\.1/);
  },
  'Postman collection in docs': async () =>
    expect(await (await fetch(`${app.url}/api/requests.http`)).text()).toContain('/api/rooms'),
});
