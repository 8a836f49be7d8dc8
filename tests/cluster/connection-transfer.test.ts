import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Channel, transferConnection } from '../../server/cluster/connection-transfer.js';
import { until } from '../support/until.js';

/** Private members of Node that the transfer depends on: these tests fail where Node changes them. */

let server: Server;
let client: Socket;
let accepted: Socket;
/** Confirms the transfer, as the other process does. */
let confirm: () => void;
const channel: Channel = {
  send: (_message, _socket, _options, sent) => {
    confirm = () => sent(null);
    return true;
  },
};

beforeEach(async () => {
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  client = connect(address.port, '127.0.0.1').on('error', () => {});
  [accepted] = (await once(server, 'connection')) as [Socket];
});
afterEach(() => {
  client.destroy();
  accepted.destroy();
  server.close();
});

test('a process reads nothing from a connection that it transfers', async () => {
  accepted.on('data', () => {});
  client.write('before');
  await until('the first bytes are read', () => accepted.bytesRead === 6);
  transferConnection(channel, {}, accepted);
  client.write('after');
  await until('the bytes are sent', () => client.writableLength === 0);
  // A second connection that is read after the bytes were sent shows that the event loop has polled for input.
  const [other] = await Promise.all([once(server, 'connection'), once(connectAgain(), 'connect')]);
  const [socket] = other as [Socket];
  await once(socket, 'data');
  expect(accepted.bytesRead).toBe(6);
});

test('a server closes without waiting for connections that were transferred', async () => {
  let isSent = false;
  expect(Reflect.get(accepted, 'server')).toBe(server);
  transferConnection(channel, {}, accepted, () => {
    isSent = true;
  });
  expect(Reflect.get(accepted, 'server')).toBeNull();
  const closed = once(server, 'close');
  server.close();
  confirm();
  await closed;
  expect(isSent).toBe(true);
  expect(accepted.destroyed).toBe(true);
});

function connectAgain(): Socket {
  const address = server.address() as { port: number };
  const socket = connect(address.port, '127.0.0.1', () => socket.end('x'));
  return socket.on('error', () => {});
}
