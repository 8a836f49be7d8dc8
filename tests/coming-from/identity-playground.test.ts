import r from 'rethinkdb';
import { afterAll, beforeAll, expect } from 'vitest';
import { jsonOf } from '../http/client.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { SocketClient } from '../support/socket-client.js';
import { until } from '../support/until.js';
import { checkedIn, configOf, documentedIn, script, walkRows } from './rows.js';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
  const users = [
    { id: '1', name: 'John', playground: true },
    { id: '2', name: 'Mary', playground: true },
  ];
  await r
    .table('users')
    .insert(users)
    .run(await app.database.connect());
  await until('the users', async () => (await fetch(`${app.url}/api/users/2`)).ok);
});
afterAll(() => app.stop());

const get = async (path: string) => jsonOf(await fetch(app.url + path));

async function enter(room: string, id_user: string): Promise<SocketClient> {
  const socket = await SocketClient.open(app.url, {}, { id_user });
  await socket.ask({ type: 'joinRoom', room });
  return socket;
}

walkRows('The identity playground', {
  '/ui/Maths?id_user=1': async () => {
    const page = await (await fetch(`${app.url}/ui/Maths?id_user=1`)).text();
    expect(page).toContain('John');
    expect(page).toContain('Maths');
  },
  'GET /:room/users': async () => {
    const [john, mary] = [await enter('Maths', '1'), await enter('Maths', '2')];
    const users = [
      { id_socket: john.latest('welcome')?.id_socket, id_user: '1' },
      { id_socket: mary.latest('welcome')?.id_socket, id_user: '2' },
    ];
    await until('both are there', async () => (await get('/Maths/users')).length === 2);
    expect(await get('/Maths/users')).toEqual(expect.arrayContaining(users));
    expect(await get('/api/rooms/Maths/users')).toEqual(expect.arrayContaining(users));
  },
  'socket.handshake.query.id_user': async () => {
    const john = await enter('handshake', '1');
    expect(john.latest('welcome')?.user).toEqual({ id_user: '1', name: 'John' });
  },
  'identity-change': async () => {
    const [john, mary] = [await enter('changes', '1'), await enter('changes', '2')];
    await mary.ask({ type: 'identityChange', name: 'Maria' });
    await until('the new name', () => john.latest('identityChanged')?.user.name === 'Maria');
  },
  'hydrating the id_users': async () =>
    expect(await get('/api/users?id=1&id=2')).toEqual([
      { id_user: '1', name: 'John' },
      { id_user: '2', name: expect.stringMatching(/^Mar(y|ia)$/) },
    ]),
  'users 1 John to 10 Victoria': script('seed', 'scripts/seed', 'npm run seed creates ten playground users'),
  'redis://127.0.0.1:6379': () =>
    expect(configOf({ REDIS_URL: 'redis://127.0.0.1:6379' }).redis?.url).toBe('redis://127.0.0.1:6379'),
  'npm install pm2@latest -g': checkedIn('cluster/processes'),
  'npm run reset-db-dev': script('seed', 'scripts/reset'),
  'npm run start-dev': checkedIn(
    'deploy/originals/identity-playground',
    'GET /Maths/users of any process lists the users of the sockets of all processes',
  ),
  'npm run stop-dev': checkedIn('flows/start'),
  'pm2 logs --merge-logs': checkedIn('http/request-log'),
  'npm run reset-db-staging': documentedIn('docs/deploy.md', 'npm run seed -- --reset --yes'),
  'HTTPS at https://localhost:5009': () => expect(configOf({ PORT: '5009' }).port).toBe(5009),
});
