import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.js';
import { SocketClient } from '../support/socket-client.js';
import { until } from '../support/until.js';

describe('shutdown of the web server', () => {
  let app: TestApp;
  let sockets: Socket[];

  beforeEach(async () => {
    app = await startTestApp();
    sockets = [];
  });
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    await app.stop();
  });

  async function open(text = ''): Promise<Socket> {
    const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
    sockets.push(socket.on('error', () => {}));
    await once(socket, 'connect');
    if (text) socket.write(text);
    return socket;
  }

  const post = 'POST /api/rooms/lobby/messages HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';

  test('shutdown does not wait for connections without a request or with an incomplete one', async () => {
    await open();
    await open('GET / HTTP/1.1\r\nHost: ');
    await app.stop();
    await until('the connections are closed', () => sockets.every(({ closed }) => closed));
  });

  test('shutdown does not wait for a socket whose client does not respond', async () => {
    const client = await SocketClient.open(app.url);
    client.pause();
    await app.stop();
    client.cut();
  });

  test('shutdown answers a request whose body is still being received, then closes its connection', async () => {
    const body = JSON.stringify({ body: 'late' });
    const socket = await open(`${post}Content-Length: ${body.length}\r\n\r\n${body.slice(0, 5)}`);
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    await once(await ping(), 'close');
    const stopped = app.stop();
    socket.write(body.slice(5));
    await stopped;
    expect(answer).toContain('HTTP/1.1 201');
    await until('the connection is closed', () => socket.closed);
  });

  /** Sends another request, so that the server has read what was sent before. */
  async function ping(): Promise<Socket> {
    const socket = await open('GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    return socket.resume();
  }

  test('shutdown closes a connection on which requests follow each other without a pause', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    let answered = 0;
    const ask = () =>
      new Promise<boolean>((resolve) => {
        const asked = request(`${app.url}/healthz`, { agent }, (response) => {
          answered += 1;
          response.resume().on('end', () => resolve(true));
        });
        asked.on('error', () => resolve(false)).end();
      });
    const asking = (async () => {
      while (await ask());
    })();
    await until('requests are answered', () => answered > 5);
    await app.stop();
    await asking;
    agent.destroy();
  });
});
