import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A proxy to a broker that refuses queues. */
export interface RefusingBroker {
  url: string;
  stop(): Promise<void>;
}

/** @param reason with which the proxy closes a connection that declares a queue, as newer brokers do for some queues */
export async function startRefusingBroker(brokerUrl: string, reason: string): Promise<RefusingBroker> {
  const sockets = new Set<Socket>();
  const declare = Buffer.from([0, 50, 0, 10]);
  const server = createServer((near) => {
    const far = connect(Number(new URL(brokerUrl).port), '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {});
    }
    near.on('data', (data) => {
      if (!data.includes(declare)) return void far.write(data);
      far.unpipe(near);
      near.write(connectionClose(541, reason));
    });
    far.pipe(near);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  return {
    url: brokerUrl.replace(/:\d+$/, `:${port}`),
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A frame of AMQP 0-9-1: method 50 of class 10, with a code, a short string, and no method at fault. */
function connectionClose(code: number, reason: string): Buffer {
  const text = Buffer.from(reason);
  const method = Buffer.from([0, 10, 0, 50, code >> 8, code & 255, text.length, ...text, 0, 0, 0, 0]);
  const head = Buffer.from([1, 0, 0, 0, 0, 0, 0]);
  head.writeUInt32BE(method.length, 3);
  return Buffer.concat([head, method, Buffer.from([0xce])]);
}
