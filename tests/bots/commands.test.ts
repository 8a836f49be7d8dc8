import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { cookieOfGuest, jsonOf, post } from '../http/client.js';
import { openDatabase, type TestDatabase } from '../support/database.js';
import { skipWithout } from '../support/programs.js';
import { type RabbitmqServer, startRabbitmq } from '../support/rabbitmq-server.js';
import { until } from '../support/until.js';
import { BrokerClient, commandOf, type Delivered } from './broker-client.js';
import { type Chat, enter, reached, repliesTo, say, startChat, storedIn } from './chat.js';

const COMMANDS = 50;

describe('commands to bots', skipWithout('rabbitmq-server'), () => {
  let broker: RabbitmqServer;

  beforeAll(async () => {
    broker = await startRabbitmq();
  });
  afterAll(() => broker?.stop());

  describe('one server', () => {
    let bot: BrokerClient;
    let chat: Chat;
    /** The commands that no bot has bound a queue for. */
    let taken: Delivered[];

    beforeAll(async () => {
      [bot, chat] = await Promise.all([BrokerClient.open(broker.url), startChat(broker.url)]);
      await reached(chat);
      taken = await bot.read(chat.queues.commands);
    });
    beforeEach(() => taken.splice(0));
    afterAll(async () => {
      await bot?.close();
      await chat?.stop();
    });

    test('commands of sockets and of REST reach the queue, and other messages do not', async () => {
      const ann = await enter(chat, 'talk');
      const cookie = await cookieOfGuest(chat.url, 'Rex');
      const me = await jsonOf(await fetch(`${chat.url}/api/me`, { headers: { cookie } }));
      for (const text of ['hello /roll', '/usr/bin', '/ x', '/', '//', '/9lives', '1/2'])
        await say(ann, 'talk', text);
      const typed = await say(ann, 'talk', '/Roll 2d6');
      const posted = await post(
        `${chat.url}/api/rooms/talk/messages`,
        { body: '/stock=aapl.us' },
        { cookie },
      );
      expect(posted.status).toBe(201);
      expect(posted.headers.get('changeroom-notice')).toBeNull();

      await until('both are delivered', () => taken.length === 2);
      const welcome = ann.latest('welcome')!;
      expect(taken.map(commandOf)).toEqual([
        {
          chatroom: 'talk',
          token: expect.stringMatching(/^command\./),
          message: '/Roll 2d6',
          id: typed,
          id_user: welcome.user.id_user,
          name: welcome.user.name,
        },
        {
          chatroom: 'talk',
          token: expect.any(String),
          message: '/stock=aapl.us',
          id: (await jsonOf(posted)).id,
          id_user: me.id_user,
          name: 'Rex',
        },
      ]);
      expect(taken[0]!.messageId).toBe(typed);
      expect(ann.latest('error')).toBeUndefined();

      // A message of a bot is not a command, although it looks like one.
      const { token } = commandOf(taken[0]!);
      await bot.send(chat.queues.replies, { chatroom: 'talk', token, message: '/roll 2d6' });
      await until('the reply is delivered', () => repliesTo(ann).length === 1);
      const last = await say(ann, 'talk', '/last');
      await until('the last command is delivered', () => taken.some(({ messageId }) => messageId === last));
      expect(taken).toHaveLength(3);
      ann.close();
    });

    test('a bot with its own queue receives only its own commands', async () => {
      const { commands } = chat.queues;
      const { queue } = await bot.channel.assertQueue('', { exclusive: true, durable: false });
      await bot.channel.bindQueue(queue, commands, 'weather');
      const own = await bot.read(queue);
      const ann = await enter(chat, 'weather');
      for (const text of ['/weather: Vienna', '/WEATHER', '/weathercock', '/weather-map x'])
        await say(ann, 'weather', text);
      const last = await say(ann, 'weather', '/last');
      await until('the last command is delivered', () => taken.some(({ messageId }) => messageId === last));
      await until('the bot has both', () => own.length === 2);
      expect(own.map((one) => commandOf(one).message)).toEqual(['/weather: Vienna', '/WEATHER']);
      expect(taken.map((one) => commandOf(one).message)).toEqual(['/weathercock', '/weather-map x', '/last']);
      ann.close();
    });
  });

  describe('two servers with one database', () => {
    let database: TestDatabase;
    let bot: BrokerClient;
    let here: Chat;
    let there: Chat;

    beforeAll(async () => {
      database = await openDatabase();
      bot = await BrokerClient.open(broker.url);
      const env = {
        SESSION_SECRET: 'the same secret for both of them',
        AMQP_COMMAND_QUEUE: 'shared-commands',
        AMQP_REPLY_QUEUE: 'shared-replies',
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
      await database?.stop();
    });

    test('two servers dispatch each command once, write each reply once and deliver it to all sockets', async () => {
      const [ann, bob] = [await enter(here, 'shared'), await enter(there, 'shared')];
      const taken = await bot.read(here.queues.commands);
      const ids: string[] = [];
      for (let i = 0; i < COMMANDS; i += 1) ids.push(await say(i % 2 ? ann : bob, 'shared', `/ask ${i}`));
      await until('all commands are delivered', () => taken.length >= COMMANDS);
      expect(taken.map(({ messageId }) => messageId).sort()).toEqual([...ids].sort());

      // Each reply is sent to both: the first one to process it writes it.
      for (const one of taken) {
        const { chatroom, token, message } = commandOf(one);
        const reply = { chatroom, token, message: message.replace('/ask', 'answered') };
        for (let twice = 0; twice < 2; twice += 1) await bot.send(here.queues.replies, reply);
      }
      for (const client of [ann, bob])
        await until('all replies are delivered', () => repliesTo(client).length === COMMANDS);
      await until('no reply is left', async () => {
        const inFlight = [here, there].map(({ app }) => app.parts.bots!.repliesInFlight);
        return (await bot.depth(here.queues.replies)) === 0 && inFlight.join() === '0,0';
      });
      const stored = await storedIn(here, 'shared');
      expect(stored.filter(({ kind }) => kind === 'bot')).toHaveLength(COMMANDS);
      for (const client of [ann, bob]) {
        expect(new Set(repliesTo(client).map(({ body }) => body)).size).toBe(COMMANDS);
        expect(repliesTo(client)).toHaveLength(COMMANDS);
        client.close();
      }
    });

    test('two servers list the same bots', async () => {
      const announcement = Buffer.from(JSON.stringify({ command: 'ask', usage: '/ask', help: 'Asks' }));
      bot.channel.publish('shared-commands-announcements', '', announcement);
      await until('both list it', () =>
        [here, there].every(({ app }) => app.parts.bots!.list().length === 1),
      );
    });
  });
});
