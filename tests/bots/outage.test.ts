import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { jsonOf, post } from '../http/client.js';
import type { TestApp } from '../support/app.js';
import { skipWithout } from '../support/programs.js';
import { type RabbitmqServer, startRabbitmq } from '../support/rabbitmq-server.js';
import { startTcpProxy } from '../support/tcp-proxy.js';
import { until } from '../support/until.js';
import { BrokerClient, commandOf } from './broker-client.js';
import { enter, reached, repliesTo, say, startChat, stateOf } from './chat.js';
import { listenToLog } from './log-lines.js';

const QUICK = { maxRetryMs: 200, dispatchTimeoutMs: 200 };

describe('outages of the broker', skipWithout('rabbitmq-server'), () => {
  let broker: RabbitmqServer;
  const opened: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    broker = await startRabbitmq();
  });
  afterAll(() => broker?.stop());
  afterEach(async () => {
    for (const close of opened.splice(0).reverse()) await close();
  });

  const openChat = async (options: Parameters<typeof startChat>[1] = {}, url = broker.url) => {
    const chat = await startChat(url, { overrides: { bots: QUICK }, ...options });
    opened.push(chat.stop);
    return chat;
  };
  const openBot = async () => {
    const bot = await BrokerClient.open(broker.url);
    opened.push(() => bot.close());
    return bot;
  };
  const openProxy = async () => {
    const proxy = await startTcpProxy(Number(new URL(broker.url).port));
    opened.push(proxy.stop);
    return { ...proxy, url: broker.url.replace(/:\d+$/, `:${proxy.port}`) };
  };
  /** Consuming a queue that does not exist closes the channel. */
  const readWhenThere = (queue: string) =>
    until(`the queue ${queue}`, async () => {
      const bot = await openBot();
      return bot.read(queue).catch(() => null);
    });
  const ready = async ({ url }: TestApp) => {
    const response = await fetch(`${url}/readyz`);
    return [response.status, (await jsonOf(response)).dependencies.amqp.state];
  };

  test('a chat that starts without its broker works, notifies senders of commands, and dispatches the commands later', async () => {
    const proxy = await openProxy();
    proxy.cut();
    const chat = await openChat({ overrides: { bots: QUICK } }, proxy.url);
    await until('the broker is down', () => stateOf(chat) === 'down');
    expect(await ready(chat)).toEqual([200, 'down']);
    const ann = await enter(chat, 'early');
    const typed = await say(ann, 'early', '/typed');
    await until('the sender is notified', () => ann.latest('error'));
    expect(ann.latest('error')).toMatchObject({ room: 'early', code: 'bots-unavailable' });
    expect(ann.latest('error')!.message).toMatch(/your command is sent to them later/);
    const posted = await post(`${chat.url}/api/rooms/early/messages`, { body: '/posted' });
    expect([posted.status, posted.headers.get('changeroom-notice')]).toEqual([201, 'bots-unavailable']);
    const plain = await post(`${chat.url}/api/rooms/early/messages`, { body: 'plain' });
    expect([plain.status, plain.headers.get('changeroom-notice')]).toEqual([201, null]);
    await until('all messages are delivered', () => ann.frames.filter(isDelivery).length === 3);

    proxy.mend();
    await reached(chat);
    const taken = await (await openBot()).read(chat.queues.commands);
    await until('both commands are dispatched', () => taken.length === 2);
    expect(taken.map(({ messageId }) => messageId)).toEqual([typed, (await jsonOf(posted)).id]);
    expect(await ready(chat)).toEqual([200, 'up']);
    const last = await say(ann, 'early', '/last');
    await until('the last command is dispatched', () => taken.length === 3);
    expect(taken[2]!.messageId).toBe(last);
    expect(ann.frames.filter(({ type }) => type === 'error')).toHaveLength(1);
    ann.close();
  });

  test('the log has the reason with which the broker closes the connection', async () => {
    const { log, lines } = listenToLog();
    const chat = await openChat({ overrides: { log, bots: QUICK } });
    await reached(chat);
    await broker.control('close_all_connections', 'for the night');
    const line = await until('it is logged', () => lines.find(({ reason }) => reason));
    expect(line.reason).toMatch(/CONNECTION_FORCED - for the night/);
    await reached(chat);
  });

  test('a command that is written after the broker was killed is dispatched when it has restarted', async () => {
    const chat = await openChat();
    await reached(chat);
    const ann = await enter(chat, 'killed');
    await broker.kill();
    const id = await say(ann, 'killed', '/wait');
    await until('the sender is notified', () => ann.latest('error')?.code === 'bots-unavailable');
    expect(await ready(chat)).toEqual([200, 'down']);
    await broker.restart();
    await reached(chat);
    const bot = await openBot();
    const taken = await bot.read(chat.queues.commands);
    await until('the command is dispatched', () => taken.length === 1);
    const { chatroom, token } = commandOf(taken[0]!);
    await bot.send(chat.queues.replies, { chatroom, token, message: 'at last' });
    await until('the reply is delivered', () => repliesTo(ann).length === 1);
    expect(taken.map(({ messageId }) => messageId)).toEqual([id]);
    ann.close();
  });

  test('a frozen broker is detected, and delays neither senders nor a stop', async () => {
    const chat = await openChat({}, `${broker.url}?heartbeat=1`);
    const other = await openChat();
    await reached(chat, other);
    const ann = await enter(chat, 'hung');
    broker.signal('SIGSTOP');
    let id: string;
    try {
      id = await say(ann, 'hung', '/wait');
      await until('the sender is notified', () => ann.latest('error')?.code === 'bots-unavailable');
      expect(stateOf(chat)).toBe('up');
      await Promise.all([until('the broker is down', () => stateOf(chat) === 'down'), other.stop()]);
    } finally {
      broker.signal('SIGCONT');
    }
    await reached(chat);
    const taken = await (await openBot()).read(chat.queues.commands);
    // The broker may have read the command before it froze; then the command is delivered twice, with the same id.
    await until(
      'the command is dispatched',
      () => taken.length > 0 && chat.app.parts.bots!.commandsInFlight === 0,
    );
    expect([...new Set(taken.map(({ messageId }) => messageId))]).toEqual([id]);
    ann.close();
  });

  test('the ack of a command arrives while the broker is frozen, without waiting for a notice', async () => {
    const overrides = { bots: { ...QUICK, dispatchTimeoutMs: 600_000 } };
    const chat = await openChat({ overrides });
    await reached(chat);
    const ann = await enter(chat, 'frozen');
    broker.signal('SIGSTOP');
    try {
      await say(ann, 'frozen', '/roll');
      const posted = await post(`${chat.url}/api/rooms/frozen/messages`, { body: '/roll' });
      expect([posted.status, posted.headers.get('changeroom-notice')]).toEqual([201, null]);
      await until('both messages are delivered', () => ann.frames.filter(isDelivery).length === 2);
      expect(ann.latest('error')).toBeUndefined();
      expect(stateOf(chat)).toBe('up');
    } finally {
      broker.signal('SIGCONT');
    }
    ann.close();
  });

  test('a queue that is deleted is declared again, without the loss of a command or a reply', async () => {
    const chat = await openChat();
    await reached(chat);
    const { commands, replies, rejected } = chat.queues;
    const ann = await enter(chat, 'deleted');
    const operator = await openBot();
    await operator.channel.deleteQueue(replies);
    await until('the deletion is detected', () => stateOf(chat) === 'down');
    await reached(chat);

    await operator.channel.deleteQueue(commands);
    const id = await say(ann, 'deleted', '/ask');
    const taken = await readWhenThere(commands);
    await until('the command is dispatched', () => taken.length > 0);
    expect(taken.map(({ messageId }) => messageId)).toEqual([id]);

    await operator.channel.deleteQueue(rejected);
    await operator.send(replies, 'not JSON');
    const { chatroom, token } = commandOf(taken[0]!);
    await operator.send(replies, { chatroom, token, message: 'behind it' });
    await until('the valid reply is delivered', () => repliesTo(ann).length === 1);
    const refused = await readWhenThere(rejected);
    await until('the invalid reply is rejected', () => refused.length === 1);
    ann.close();
  });
});

const isDelivery = ({ type }: { type: string }) => type === 'deliverMessage';
