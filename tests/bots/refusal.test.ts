import { once } from 'node:events';
import { createServer, connect as dial, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { skipWithout } from '../support/programs.js';
import { type RabbitmqServer, startRabbitmq } from '../support/rabbitmq-server.js';
import { until } from '../support/until.js';
import { BrokerClient } from './broker-client.js';
import { enter, reached, say, startChat, stateOf } from './chat.js';
import { listenToLog } from './log-lines.js';

/** Milliseconds: the longest that the server waits after so many failures in a row, and the least. */
const longestAfter = (failures: number) => Math.min(5_000, 100 * 2 ** (failures - 1));
const leastAfter = (failures: number) => Math.floor(longestAfter(failures) / 10);
const WARNING = 40;

describe('a broker that refuses', skipWithout('rabbitmq-server'), () => {
  let broker: RabbitmqServer;
  let operator: BrokerClient;
  const opened: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    broker = await startRabbitmq();
    operator = await BrokerClient.open(broker.url);
  });
  afterAll(async () => {
    await operator?.close();
    await broker?.stop();
  });
  afterEach(async () => {
    for (const close of opened.splice(0).reverse()) await close();
  });

  const openChat = async (env: Record<string, string>, url = broker.url, bots = {}) => {
    const { log, lines } = listenToLog();
    const chat = await startChat(url, { env, overrides: { log, bots } });
    opened.push(chat.stop);
    const failures = () => lines.filter(({ retryInMs }) => retryInMs !== undefined);
    return { ...chat, lines, failures };
  };

  test('a queue as it is wanted is named once, asked for at leisure, and used when it is free', async () => {
    await operator.channel.assertQueue('taken', { durable: true });
    const chat = await openChat({ AMQP_QUEUE: 'taken' });
    await until('some attempts', () => chat.failures().length === 5);
    const [first, ...others] = chat.failures();
    expect(first).toMatchObject({ level: WARNING, msg: 'bots: the broker is away' });
    expect(first!.reason).toMatch(/PRECONDITION.*'durable' for queue 'taken'/);
    expect(others.filter(({ level }) => level >= WARNING)).toEqual([]);
    for (const [i, { retryInMs }] of chat.failures().entries())
      expect(retryInMs).toBeGreaterThanOrEqual(leastAfter(i + 1));
    expect(stateOf(chat)).toBe('down');
    await operator.channel.deleteQueue('taken');
    await reached(chat);
  });

  test('every command is not asked again at once, and gets it in the end', async () => {
    const chat = await openChat({ AMQP_BOT_QUEUE: 'full' }, broker.url, { patienceMs: 100 });
    await reached(chat);
    const limits = JSON.stringify({ 'max-length': 0, overflow: 'reject-publish' });
    await broker.control('set_policy', 'full', '^full$', limits, '--apply-to', 'queues');
    const ann = await enter(chat, 'full');
    await until('the queue is full', async () => {
      await say(ann, 'full', '/ask');
      return chat.failures().length > 0;
    });
    await until('some attempts', () => chat.failures().length === 5);
    expect(ann.latest('error')?.code).toBe('bots-away');
    for (const [i, { reason, retryInMs }] of chat.failures().entries()) {
      expect(reason).toMatch('did not take a command');
      expect(retryInMs).toBeGreaterThanOrEqual(leastAfter(i + 1));
    }
    const asked = ann.frames.filter(({ type }) => type === 'ack').length;
    await broker.control('clear_policy', 'full');
    await until('all are there', async () => (await operator.depth('full')) >= asked);
    ann.close();
  });

  test('transient queues, as newer ones do, is told apart', async () => {
    const refusal = 'INTERNAL_ERROR - Feature `transient_nonexcl_queues` is deprecated.\nBy default, …';
    const port = await refuseQueues(Number(new URL(broker.url).port), refusal);
    const chat = await openChat({}, broker.url.replace(/:\d+$/, `:${port}`));
    await until('it is down', () => stateOf(chat) === 'down');
    expect(chat.failures()[0]!.reason).toMatch(/no transient queues: set AMQP_DURABLE=true/);
  });

  /** A way to the broker on which the connection is ended, with a reason, as soon as a queue is declared. */
  async function refuseQueues(to: number, reason: string): Promise<number> {
    const sockets = new Set<Socket>();
    const declare = Buffer.from([0, 50, 0, 10]);
    const server = createServer((near) => {
      const far = dial(to, '127.0.0.1');
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
    opened.unshift(async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    });
    return (server.address() as { port: number }).port;
  }
});

/** A frame of AMQP 0-9-1: method 50 of class 10, with a code, a short string, and no method at fault. */
function connectionClose(code: number, reason: string): Buffer {
  const text = Buffer.from(reason);
  const method = Buffer.from([0, 10, 0, 50, code >> 8, code & 255, text.length, ...text, 0, 0, 0, 0]);
  const head = Buffer.from([1, 0, 0, 0, 0, 0, 0]);
  head.writeUInt32BE(method.length, 3);
  return Buffer.concat([head, method, Buffer.from([0xce])]);
}
