import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase, type TestDatabase } from '../support/database.js';
import { skipWithout } from '../support/programs.js';
import { ask } from '../support/raw-http.js';
import { ReturningClient } from '../support/returning-client.js';
import { endAllServers, type ServerProcess, startServer } from '../support/server-process.js';
import { until } from '../support/until.js';
import { Nginx, ownSite } from './nginx-server.js';

describe('two servers behind nginx', skipWithout('nginx'), () => {
  let database: TestDatabase;
  let servers: ServerProcess[];
  let nginx: Nginx;
  const clients: ReturningClient[] = [];

  beforeAll(async () => {
    database = await openDatabase();
    const { host, port } = database;
    const { db, user, password } = database.address;
    const RETHINKDB_URL = `rethinkdb://${user}:${encodeURIComponent(password)}@${host}:${port}/${db}`;
    const env = { RETHINKDB_URL, SESSION_SECRET: 'the same on both of them' };
    servers = await Promise.all([startServer(env), startServer(env)]);
    nginx = await Nginx.start(ownSite(servers.map(({ url }) => url)));
    await until('both are ready', async () => {
      const states = await Promise.all(servers.map(({ url }) => fetch(`${url}/readyz`)));
      return states.every(({ ok }) => ok);
    });
  });
  afterAll(async () => {
    for (const client of clients) client.end();
    await nginx?.stop();
    await endAllServers();
    await database?.stop();
  });

  const enter = async (room: string, websockets: boolean) => {
    const client = new ReturningClient(nginx.url, room, { websockets });
    clients.push(client);
    await until('the room is entered', () => client.isJoined);
    return client;
  };

  /** Requests a page and opens a socket with long-polling, as a browser without WebSockets does. @returns the cookie */
  const browse = async (room: string): Promise<string> => {
    const page = await fetch(`${nginx.url}/r/${room}`);
    const cookie = page.headers.getSetCookie().map((line) => line.split(';')[0]);
    const headers = { Cookie: cookie.join('; ') };
    const address = `${nginx.url}/primus/?EIO=4&transport=polling`;
    const opened = await (await fetch(address, { headers })).text();
    const { sid } = JSON.parse(opened.slice(1)) as { sid: string };
    const body = `4${JSON.stringify({ type: 'joinRoom', room })}`;
    const sent = await fetch(`${address}&sid=${sid}`, { method: 'POST', headers, body });
    expect(sent.status).toBe(200);
    let received = '';
    while (!received.includes('roomSnapshot')) {
      const poll = await fetch(`${address}&sid=${sid}`, { headers });
      expect(poll.status).toBe(200);
      received += await poll.text();
    }
    return cookie.find((each) => each!.startsWith('changeroom_server='))!;
  };

  test('two servers behind nginx show messages of each other over WebSockets and long-polling', async () => {
    const upgraded = await enter('both', true);
    const polling = await enter('both', false);
    await until('an upgrade', () => upgraded.transport === 'websocket');
    expect(polling.transport).toBe('polling');
    await upgraded.say('over a WebSocket');
    await polling.say('by polling');
    const all = ['over a WebSocket', 'by polling'];
    for (const client of [upgraded, polling]) {
      await until('both messages', () => all.every((body) => client.bodies.has(body)));
    }
  });

  test('nginx distributes browsers over the servers, and keeps each on its server', async () => {
    const cookies = await Promise.all(Array.from({ length: 16 }, () => browse('shared')));
    const passedOn = (await nginx.passedOn()).filter(({ url }) => url.includes('transport=polling'));
    const serversOf = (cookie: string) =>
      new Set(passedOn.filter((each) => each.cookie === cookie).map(({ to }) => to));
    expect(cookies.map((cookie) => serversOf(cookie).size)).toEqual(cookies.map(() => 1));
    expect(new Set(cookies.flatMap((cookie) => [...serversOf(cookie)])).size).toBe(2);
  });

  test('servers behind nginx see the requested address, and nginx does not buffer event streams', async () => {
    const stream = await fetch(`${nginx.url}/api/rooms/forwarded/events`);
    const posted = await fetch(`${nginx.url}/api/rooms/forwarded/messages`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Origin: nginx.url },
      body: JSON.stringify({ body: 'from this very page' }),
    });
    expect(posted.status).toBe(201);
    const decoder = new TextDecoder();
    let seen = '';
    for await (const chunk of stream.body!) {
      seen += decoder.decode(chunk as Uint8Array, { stream: true });
      if (seen.includes('from this very page')) break;
    }
    expect(seen).toContain('from this very page');
  });

  test('servers behind nginx answer invalid targets and unsupported upgrades, and continue to serve', async () => {
    const { host } = new URL(nginx.url);
    // nginx closes connections of HTTP/1.0, and forwards requests with HTTP/1.1.
    const answerTo = (target: string, headers = '') =>
      ask(nginx.url, `GET ${target} HTTP/1.0\r\nHost: ${host}\r\n${headers}\r\n`);
    for (let n = 0; n < 4; n += 1) {
      for (const headers of ['', 'Upgrade: websocket\r\n']) {
        for (const target of ['//a@[', '//a@[/primus/', 'http://['])
          expect((await answerTo(target, headers)).status).toBe(400);
      }
      for (const protocol of ['h2c', 'websocket'])
        expect((await answerTo('/other', `Upgrade: ${protocol}\r\n`)).status).toBe(426);
    }
    for (const { url } of servers) expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  test('sockets reconnect to the other server when one is lost', async () => {
    const client = await enter('gone', true);
    await until('an upgrade', () => client.transport === 'websocket');
    const address = (await nginx.passedOn()).findLast(({ url }) => url.includes('/primus/'))!.to;
    const server = servers.find(({ url }) => new URL(url).host === address)!;
    await server.end('SIGKILL');
    await until('the socket is back', () => client.connections > 1 && client.isJoined);
    await client.say('to the other server');
  });
});
