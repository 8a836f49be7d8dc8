import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase, type TestDatabase } from '../support/database.js';
import { skipWithout } from '../support/programs.js';
import { type RabbitmqServer, startRabbitmq } from '../support/rabbitmq-server.js';
import { until } from '../support/until.js';
import { BrokerClient, commandOf } from './broker-client.js';
import { answersTo, type Chat, enter, reached, say, startChat, storedIn } from './chat.js';

const COMMANDS = 50;

describe('two servers with one broker and one database', skipWithout('rabbitmq-server'), () => {
  let broker: RabbitmqServer;
  let database: TestDatabase;
  let bot: BrokerClient;
  let here: Chat;
  let there: Chat;

  beforeAll(async () => {
    [broker, database] = await Promise.all([startRabbitmq(), openDatabase()]);
    bot = await BrokerClient.open(broker.url);
    const env = {
      SESSION_SECRET: 'the same secret for both of them',
      AMQP_BOT_QUEUE: 'shared-commands',
      AMQP_QUEUE: 'shared-answers',
    };
    [here, there] = await Promise.all([
      startChat(broker.url, { database, env }),
      startChat(broker.url, { database, env }),
    ]);
    await reached(here, there);
  });
  afterAll(async () => {
    await bot?.close();
    await Promise.all([here?.stop(), there?.stop()]);
    await Promise.all([broker?.stop(), database?.stop()]);
  });

  test('pass each command on once, write each answer once, and show it to all', async () => {
    const [ann, bob] = [await enter(here, 'shared'), await enter(there, 'shared')];
    const taken = await bot.read(here.queues.commands);
    const ids: string[] = [];
    for (let i = 0; i < COMMANDS; i += 1) ids.push(await say(i % 2 ? ann : bob, 'shared', `/ask ${i}`));
    await until('all commands', () => taken.length >= COMMANDS);
    expect(taken.map(({ messageId }) => messageId).sort()).toEqual([...ids].sort());

    // Each answer goes to both: whoever has it first writes it.
    for (const one of taken) {
      const { chatroom, token, message } = commandOf(one);
      const answer = { chatroom, token, message: message.replace('/ask', 'told') };
      for (let twice = 0; twice < 2; twice += 1) await bot.send(here.queues.answers, answer);
    }
    for (const client of [ann, bob]) await until('all answers', () => answersTo(client).length === COMMANDS);
    await until('none is left', async () => {
      const inFlight = [here, there].map(({ app }) => app.parts.bots!.answersInFlight);
      return (await bot.depth(here.queues.answers)) === 0 && inFlight.join() === '0,0';
    });
    const stored = await storedIn(here, 'shared');
    expect(stored.filter(({ kind }) => kind === 'bot')).toHaveLength(COMMANDS);
    for (const client of [ann, bob]) {
      expect(new Set(answersTo(client).map(({ body }) => body)).size).toBe(COMMANDS);
      expect(answersTo(client)).toHaveLength(COMMANDS);
      client.close();
    }
  });

  test('know the bots alike', async () => {
    const announcement = Buffer.from(JSON.stringify({ command: 'ask', usage: '/ask', help: 'Asks' }));
    bot.channel.publish('shared-commands-announcements', '', announcement);
    await until('both know it', () => [here, there].every(({ app }) => app.parts.bots!.list().length === 1));
  });
});
