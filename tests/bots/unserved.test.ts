import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { cookieOfGuest, post } from '../http/client.js';
import { openDatabase, type TestDatabase } from '../support/database.js';
import { skipWithout } from '../support/programs.js';
import { type RabbitmqServer, startRabbitmq } from '../support/rabbitmq-server.js';
import { ann } from '../support/stack.js';
import { until } from '../support/until.js';
import { BrokerClient } from './broker-client.js';
import { type Chat, enter, reached, say, startChat } from './chat.js';

describe('commands without a bot', skipWithout('rabbitmq-server'), () => {
  let broker: RabbitmqServer;
  let database: TestDatabase;
  let bot: BrokerClient;
  let chats: Chat[];

  beforeAll(async () => {
    [broker, database] = await Promise.all([startRabbitmq(), openDatabase()]);
  });
  afterAll(async () => {
    await broker?.stop();
    await database?.stop();
  });
  beforeEach(async () => {
    bot = await BrokerClient.open(broker.url);
    chats = [];
  });
  afterEach(async () => {
    await bot.close();
    for (const chat of chats) await chat.stop();
  });

  async function start(graceMs = 0, env: Record<string, string> = {}): Promise<Chat> {
    const chat = await startChat(broker.url, { database, env, overrides: { bots: { graceMs } } });
    chats.push(chat);
    await reached(chat);
    return chat;
  }

  /** Writes a message and resolves with its notice, when that is known. */
  async function noticeOf({ app }: Chat, body: string): Promise<string | null> {
    const { notice } = await app.parts.rooms.post({ room: 'unserved', body, author: ann });
    const error = await notice;
    return error && `${error.code}: ${error.message}`;
  }

  async function announce({ app, queues }: Chat, command: string): Promise<void> {
    bot.channel.publish(`${queues.commands}-announcements`, '', Buffer.from(JSON.stringify({ command })));
    await until('the announcement', () => app.parts.bots?.list().some((one) => one.command === command));
  }

  test('the sender of a command that no bot answers is notified, over sockets and REST', async () => {
    const chat = await start();
    await announce(chat, 'roll');
    const client = await enter(chat, 'unserved');
    await say(client, 'unserved', '/rol 2d6');
    expect(await until('the notice', () => client.latest('error'))).toEqual({
      type: 'error',
      room: 'unserved',
      code: 'no-such-command',
      message: 'no bot answers /rol now. Similar commands: /roll',
    });
    const cookie = await cookieOfGuest(chat.url, 'Rex');
    const messages = `${chat.url}/api/rooms/unserved/messages`;
    const posted = await post(messages, { body: '/xyzzy' }, { cookie });
    expect([posted.status, posted.headers.get('changeroom-notice')]).toEqual([201, 'no-such-command']);
    for (const body of ['/usr/bin is a path', 'hello /xyzzy', '/'])
      expect((await post(messages, { body }, { cookie })).headers.get('changeroom-notice')).toBeNull();
    client.close();
  });

  test('an announced command is not reported, even while its bot consumes nothing', async () => {
    const chat = await start();
    await announce(chat, 'roll');
    expect(await noticeOf(chat, '/Roll 2d6')).toBeNull();
    expect(await noticeOf(chat, '/other')).toMatch(/^no-such-command/);
  });

  test('no command is reported while a bot consumes the shared queue without announcing commands', async () => {
    const chat = await start();
    await bot.read(chat.queues.commands);
    expect(await noticeOf(chat, '/stock=aapl.us')).toBeNull();
    await bot.close();
    await until('a notice after the bot has stopped', async () => (await noticeOf(chat, '/stock')) !== null);
  });

  test('a command with a queue of a bot is not reported, although the bot does not announce it', async () => {
    const chat = await start();
    const { queue } = await bot.channel.assertQueue('', { exclusive: true, durable: false });
    await bot.channel.bindQueue(queue, chat.queues.commands, 'weather');
    expect(await noticeOf(chat, '/weather: Vienna')).toBeNull();
    expect(await noticeOf(chat, '/weathers')).toMatch(/^no-such-command/);
  });

  test('no command is reported until bots have had time to announce theirs', async () => {
    const chat = await start(60_000);
    expect(await noticeOf(chat, '/xyzzy')).toBeNull();
  });

  test('of two processes, each reports the commands of its own senders, whichever process dispatches them', async () => {
    const env = { AMQP_COMMAND_QUEUE: 'unserved-shared', AMQP_REPLY_QUEUE: 'unserved-shared-replies' };
    const [here, there] = [await start(0, env), await start(0, env)];
    for (let i = 0; i < 20; i += 1) {
      expect(await noticeOf(here, `/here-${i}`)).toBe(`no-such-command: no bot answers /here-${i} now.`);
      expect(await noticeOf(there, `/there-${i}`)).toBe(`no-such-command: no bot answers /there-${i} now.`);
    }
    await bot.read('unserved-shared');
    for (const chat of [here, there]) expect(await noticeOf(chat, '/here-0')).toBeNull();
  });
});
