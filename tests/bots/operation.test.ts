import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp } from '../support/app.js';
import { skipWithout } from '../support/programs.js';
import { type RabbitmqServer, startRabbitmq } from '../support/rabbitmq-server.js';
import { until } from '../support/until.js';
import { BrokerClient, commandOf } from './broker-client.js';
import { type Chat, enter, reached, repliesTo, say, startChat, stateOf } from './chat.js';
import { listenToLog } from './log-lines.js';
import { startRefusingBroker } from './refusing-broker.js';

/** The bounds, in milliseconds, of the delay after a number of failures in a row. */
const maxDelayAfter = (failures: number) => Math.min(5_000, 100 * 2 ** (failures - 1));
const minDelayAfter = (failures: number) => Math.floor(maxDelayAfter(failures) / 10);
const WARNING = 40;

describe('the connection to the broker', skipWithout('rabbitmq-server'), () => {
  let broker: RabbitmqServer;

  beforeAll(async () => {
    broker = await startRabbitmq();
  });
  afterAll(() => broker?.stop());

  describe('settings and metrics', () => {
    let bot: BrokerClient;

    beforeAll(async () => {
      bot = await BrokerClient.open(broker.url);
    });
    afterAll(async () => {
      await bot?.close();
    });

    /** A column of `rabbitmqctl list_…`, for these names. */
    const listed = async (what: string, column: string, names: string[]) => {
      const rows = (await broker.control(`list_${what}`, 'name', column)).split('\n');
      const all = new Map(rows.map((row) => row.split('\t') as [string, string]));
      return names.map((name) => all.get(name));
    };

    test.each(['false', 'true'])(
      'queues have the durability of AMQP_DURABLE=%s and the names of the settings',
      async (durable) => {
        const env = {
          AMQP_DURABLE: durable,
          AMQP_COMMAND_QUEUE: `commands-${durable}`,
          AMQP_REPLY_QUEUE: `replies-${durable}`,
          ...(durable === 'true' && { AMQP_REJECTED_QUEUE: 'bad' }),
        };
        const chat = await startChat(broker.url, { env });
        await reached(chat);
        const { commands, replies, rejected } = chat.queues;
        const rejectedName = durable === 'true' ? 'bad' : 'replies-false-rejected';
        expect([commands, replies, rejected]).toEqual([
          `commands-${durable}`,
          `replies-${durable}`,
          rejectedName,
        ]);
        const exchanges = [commands, `${commands}-unbound`, `${commands}-announcements`];
        expect(await listed('queues', 'durable', [commands, replies, rejected])).toEqual(
          Array(3).fill(durable),
        );
        expect(await listed('exchanges', 'durable', exchanges)).toEqual(Array(3).fill(durable));
        await bot.send(replies, 'not JSON');
        const refused = await bot.read(rejected);
        await until('it is rejected', () => refused.length === 1);
        await chat.stop();
      },
    );

    test('the secret of bots is accepted only by a server with this AMQP_BOT_SECRET', async () => {
      const token = 'a-secret-of-the-bots';
      const chats = [
        await startChat(broker.url, { env: { AMQP_BOT_SECRET: token } }),
        await startChat(broker.url, { env: { AMQP_BOT_SECRET: `${token}-x` } }),
        await startChat(broker.url),
      ];
      await reached(...chats);
      const rejected = await Promise.all(chats.map(({ queues }) => bot.read(queues.rejected)));
      const ann = await enter(chats[0]!, 'lobby');
      for (const { queues } of chats)
        await bot.send(queues.replies, { chatroom: 'lobby', token, message: 'unasked', id: '1' });
      await until('one reply is written', () => repliesTo(ann).length === 1);
      await until('two replies are rejected', () => rejected[1]!.length === 1 && rejected[2]!.length === 1);
      expect(rejected[0]).toEqual([]);
      expect(rejected[1]![0]!.headers.reason).toMatch(/^bad-token: /);
      ann.close();
      for (const chat of chats) await chat.stop();
    });

    test('metrics show the state of the broker, its queues, commands and replies', async () => {
      const chat = await startChat(broker.url);
      await reached(chat);
      const { replies } = chat.queues;
      const before = await numbersOf(chat);
      const ann = await enter(chat, 'measured');
      await say(ann, 'measured', '/ask');
      await until(
        'the metrics show the dispatched command',
        async () => (await numbersOf(chat)).get('changeroom_amqp_queue_messages{queue="commands"}') === 1,
      );

      const { chatroom, token } = commandOf((await bot.read(chat.queues.commands))[0]!);
      const reply = { chatroom, token, message: 'yes' };
      for (const content of [reply, reply, 'not JSON', 'not JSON']) await bot.send(replies, content);
      await until(
        'the invalid replies are rejected',
        async () => (await bot.depth(chat.queues.rejected)) === 2,
      );
      await until('no reply is being written', () => chat.app.parts.bots!.repliesInFlight === 0);
      const after = await numbersOf(chat);
      const grown = (name: string) => (after.get(name) ?? 0) - (before.get(name) ?? 0);
      expect(grown('changeroom_amqp_commands_total')).toBe(1);
      expect(grown('changeroom_amqp_replies_total{outcome="written"}')).toBe(1);
      expect(grown('changeroom_amqp_replies_total{outcome="repeated"}')).toBe(1);
      expect(grown('changeroom_amqp_replies_total{outcome="rejected"}')).toBe(2);
      const now = [...after].filter(([name]) =>
        /^changeroom_amqp_(up|.*_waiting|.*_flight|queue)/.test(name),
      );
      expect(Object.fromEntries(now)).toEqual({
        changeroom_amqp_up: 1,
        changeroom_amqp_commands_in_flight: 0,
        changeroom_amqp_replies_in_flight: 0,
        'changeroom_amqp_queue_messages{queue="commands"}': 0,
        'changeroom_amqp_queue_messages{queue="replies"}': 0,
        'changeroom_amqp_queue_messages{queue="rejected"}': 2,
      });
      ann.close();
      await chat.stop();
    });
  });

  describe('refusals of the broker', () => {
    let operator: BrokerClient;
    const opened: (() => Promise<void>)[] = [];

    beforeAll(async () => {
      operator = await BrokerClient.open(broker.url);
    });
    afterAll(async () => {
      await operator?.close();
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

    test('a queue that exists with another durability is logged once, retried with backoff, and used once it is deleted', async () => {
      await operator.channel.assertQueue('taken', { durable: true });
      const chat = await openChat({ AMQP_REPLY_QUEUE: 'taken' });
      await until('five attempts have failed', () => chat.failures().length >= 5);
      const [first, ...others] = chat.failures();
      expect(first).toMatchObject({ level: WARNING, msg: 'broker unavailable' });
      expect(first!.reason).toMatch(/PRECONDITION.*'durable' for queue 'taken'/);
      expect(others.filter(({ level }) => level >= WARNING)).toEqual([]);
      for (const [i, { retryInMs }] of chat.failures().entries())
        expect(retryInMs).toBeGreaterThanOrEqual(minDelayAfter(i + 1));
      expect(stateOf(chat)).toBe('down');
      await operator.channel.deleteQueue('taken');
      await reached(chat);
    });

    test('commands that the broker refuses are retried with backoff and dispatched once it accepts them', async () => {
      const chat = await openChat({ AMQP_COMMAND_QUEUE: 'full' }, broker.url, { dispatchTimeoutMs: 100 });
      await reached(chat);
      const limits = JSON.stringify({ 'max-length': 0, overflow: 'reject-publish' });
      await broker.control('set_policy', 'full', '^full$', limits, '--apply-to', 'queues');
      const ann = await enter(chat, 'full');
      await until('the queue is full', async () => {
        await say(ann, 'full', '/ask');
        return chat.failures().length > 0;
      });
      await until('five attempts have failed', () => chat.failures().length >= 5);
      expect(ann.latest('error')?.code).toBe('bots-unavailable');
      for (const [i, { reason, retryInMs }] of chat.failures().entries()) {
        expect(reason).toMatch('refused a command');
        expect(retryInMs).toBeGreaterThanOrEqual(minDelayAfter(i + 1));
      }
      const asked = ann.frames.filter(({ type }) => type === 'ack').length;
      await broker.control('clear_policy', 'full');
      await until('all commands are in the queue', async () => (await operator.depth('full')) >= asked);
      ann.close();
    });

    test('the log names AMQP_DURABLE when the broker refuses transient queues', async () => {
      const refusal = 'INTERNAL_ERROR - Feature `transient_nonexcl_queues` is deprecated.\nBy default, …';
      const refusing = await startRefusingBroker(broker.url, refusal);
      opened.push(refusing.stop);
      const chat = await openChat({}, refusing.url);
      await until('it is down', () => stateOf(chat) === 'down');
      expect(chat.failures()[0]!.reason).toMatch(/no transient queues: set AMQP_DURABLE=true/);
    });
  });
});

test('without AMQP_URL there are no metrics of a broker', async () => {
  const chat = await startTestApp();
  expect(await (await fetch(`${chat.url}/metrics`)).text()).not.toContain('amqp');
  await chat.stop();
});

async function numbersOf({ url }: Pick<Chat, 'url'>): Promise<Map<string, number>> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const values = [...text.matchAll(/^(changeroom_amqp\S+) (\S+)$/gm)];
  return new Map(values.map(([, name, value]) => [name!, Number(value)]));
}
