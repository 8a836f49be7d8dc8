import { once } from 'node:events';
import { createServer } from 'node:http';
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Socket as TcpSocket,
} from 'node:net';
import { attach, type Server as EngineServer, type Socket } from 'engine.io';
import Primus, { type Spark } from 'primus';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { until } from '../support/until.js';

/**
 * Members of other libraries that the server uses although they are undocumented or private. Each test fails when an
 * update of the library changes that member, before the behaviour that depends on it fails.
 */

const http = createServer();
let engine: EngineServer;
let url: string;

beforeAll(async () => {
  engine = attach(http, { perMessageDeflate: false, httpCompression: false });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  url = `ws://127.0.0.1:${(http.address() as AddressInfo).port}/engine.io/?EIO=4&transport=websocket`;
});
afterAll(() => {
  engine.close();
  http.close();
});

/** A connection of engine.io, and the messages that its client receives. */
async function open(): Promise<{ socket: Socket; client: WebSocket; received: string[] }> {
  const client = new WebSocket(url, { perMessageDeflate: false });
  const received: string[] = [];
  client.on('message', (data) => received.push(String(data)));
  const [socket] = (await once(engine, 'connection')) as [Socket];
  await until('the open packet arrives', () => received.length === 1);
  return { socket, client, received };
}

/** "4a" and "4b" as unmasked text frames. */
const TWO_FRAMES = Buffer.from([0x81, 2, 0x34, 0x61, 0x81, 2, 0x34, 0x62]);

it('engine.io: transport.socket is the WebSocket of ws, with its public bufferedAmount, pause and terminate', async () => {
  const { socket, client } = await open();
  const { socket: webSocket } = socket.transport as { socket?: WebSocket };
  expect(webSocket).toMatchObject({
    bufferedAmount: 0,
    pause: expect.any(Function),
    resume: expect.any(Function),
    terminate: expect.any(Function),
  });
  client.terminate();
});

it('engine.io: a WebSocket writes the bytes of the option wsPreEncodedFrame as they are', async () => {
  const { socket, client, received } = await open();
  const options = { compress: false, wsPreEncodedFrame: [TWO_FRAMES] };
  socket.send('', options);
  await until('both frames arrive', () => received.length === 3);
  expect(received.slice(1)).toEqual(['4a', '4b']);
  client.terminate();
});

it('ws: the connection of a WebSocket is its _socket, and bytes written to it keep their place among packets', async () => {
  const { socket, client, received } = await open();
  const { socket: webSocket } = socket.transport as { socket?: WebSocket & { _socket?: TcpSocket } };
  socket.send('x');
  await until('the packet is written', () => socket.transport.writable);
  webSocket?._socket?.write(TWO_FRAMES);
  socket.send('c');
  await until('all frames arrive', () => received.length === 5);
  expect(received.slice(1)).toEqual(['4x', '4a', '4b', '4c']);
  expect(webSocket?._socket?.writableLength).toBe(0);
  client.terminate();
});

it('engine.io: packetCreate and flush report the packets of a socket with their options', async () => {
  const { socket, client } = await open();
  const events: unknown[] = [];
  socket.on('packetCreate', ({ data, options }) => events.push({ data, options }));
  socket.on('flush', () => events.push('flush'));
  const options = { compress: false, wsPreEncodedFrame: [TWO_FRAMES] };
  socket.send('', options);
  expect(events).toEqual([{ data: undefined, options }, 'flush']);
  client.terminate();
});

it('engine.io: an unanswered poll is transport.res', async () => {
  const polling = url.replace(/^ws/, 'http').replace('websocket', 'polling');
  const opened = once(engine, 'connection') as Promise<[Socket]>;
  const open = await (await fetch(polling)).text();
  const [socket] = await opened;
  const transport = socket.transport as { res?: unknown };
  const poll = fetch(`${polling}&sid=${JSON.parse(open.slice(1)).sid}`);
  await until('the poll waits', () => Boolean(transport.res));
  socket.send('answer');
  expect(await (await poll).text()).toBe('4answer');
  expect(transport.res).toBeFalsy();
  socket.close(true);
});

it('Primus: transformer.service is the engine.io server, with its generateId and its clients by session id', async () => {
  const server = createServer();
  const primus = new Primus(server, {
    transformer: 'engine.io',
    pathname: '/primus',
    parser: 'JSON',
    maxLength: 1_000,
    iknowclusterwillbreakconnections: true,
  });
  const { service } = primus.transformer;
  service.generateId = () => 'own id';
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = new WebSocket(`ws://127.0.0.1:${port}/primus/?EIO=4&transport=websocket`);
  const opened = once(client, 'open');
  const [spark] = (await once(primus, 'connection')) as [Spark];
  await opened;
  expect(service.clients).toHaveProperty(['own id'], spark.socket);
  client.terminate();
  primus.destroy();
});

it('Node.js: _handle.readStop stops reading from a TCP socket', async () => {
  const server = createTcpServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const accepted = once(server, 'connection') as Promise<[TcpSocket]>;
  const client = connect(port, '127.0.0.1');
  const [socket] = await accepted;
  let text = '';
  socket.on('data', (data) => {
    text += data;
  });
  client.write('read');
  await until('the socket reads', () => text === 'read');
  const { _handle: handle } = socket as TcpSocket & { _handle?: { readStop(): number; readStart(): number } };
  expect(handle?.readStop()).toBe(0);
  client.write(', not read');
  // A second connection shows that the event loop has had the chance to read.
  const second = connect(port, '127.0.0.1');
  const [other] = (await once(server, 'connection')) as [TcpSocket];
  second.write('x');
  await once(other, 'data');
  expect(text).toBe('read');
  handle?.readStart();
  await until('reading resumes', () => text === 'read, not read');
  for (const each of [client, second, socket, other]) each.destroy();
  server.close();
});
