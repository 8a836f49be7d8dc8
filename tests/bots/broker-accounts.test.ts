import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { skipWithout } from '../support/programs.js';
import { type RabbitmqServer, startRabbitmq } from '../support/rabbitmq-server.js';
import { until } from '../support/until.js';
import { BrokerClient, commandOf } from './broker-client.js';
import { type Chat, enter, reached, repliesTo, say, startChat } from './chat.js';
import { listenToLog } from './log-lines.js';

describe('accounts of the broker', skipWithout('rabbitmq-server'), () => {
  let broker: RabbitmqServer;
  let chat: Chat | undefined;
  const clients: { close(): unknown }[] = [];

  beforeAll(async () => {
    broker = await startRabbitmq();
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close();
    await chat?.stop();
    chat = undefined;
  });
  afterAll(() => broker?.stop());

  /** The arguments of the lines of docs/bots.md that begin with this command, without the quotation marks of the shell. */
  const documented = (command: string): string[][] =>
    [...readFileSync('docs/bots.md', 'utf8').matchAll(/^ +rabbitmqctl (.*)$/gm)]
      .map(([, line]) => [...line!.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, word]) => quoted ?? word!))
      .filter(([name]) => name === command);

  /** The URL of the broker with another account and path. */
  const urlFor = (account: string, path = '') => broker.url.replace('guest:guest', account) + path;

  /** Sends a command to a bot and its reply to the room. */
  const talk = async ({ queues }: Chat, account: string): Promise<void> => {
    const bot = await BrokerClient.open(urlFor(account));
    const reader = await enter(chat!, 'lobby');
    clients.push(bot, reader);
    const commands = await bot.read(queues.commands);
    await say(reader, 'lobby', '/stock=aapl.us');
    await until('the command', () => commands.length === 1);
    const { chatroom, token } = commandOf(commands[0]!);
    await bot.send(queues.replies, { chatroom, token, message: 'a price' });
    await until('the reply', () => repliesTo(reader).some(({ body }) => body === 'a price'));
  };

  test('the account that docs/bots.md creates runs bots with the permissions that suffice', async () => {
    const [add, tags] = [documented('add_user')[0]!, documented('set_user_tags')[0]!];
    const [all, sufficient] = documented('set_permissions');
    for (const args of [add, tags, all!]) await broker.control(...args);
    const [, name, password] = add;
    expect(await broker.control('authenticate_user', name!, password!)).toContain('Success');
    const account = `${name}:${password}`;

    await broker.control(...sufficient!);
    const queues = { AMQP_COMMAND_QUEUE: 'changeroom-bots', AMQP_REPLY_QUEUE: 'changeroom-chat' };
    chat = await startChat(urlFor(account), { env: queues });
    await reached(chat);
    await talk(chat, account);
  });

  test.each(['', '/', '/%2F'])(
    'a user name with a slash logs in to the default virtual host with the path "%s"',
    async (path) => {
      await broker.control('add_user', 'services/realtime', '1234').catch(() => {});
      await broker.control('set_permissions', '-p', '/', 'services/realtime', '.*', '.*', '.*');
      chat = await startChat(urlFor('services%2Frealtime:1234', path));
      await reached(chat);
      await talk(chat, 'services%2Frealtime:1234');
    },
  );

  test('the log names the reason when the broker refuses the account, the virtual host or a queue', async () => {
    await broker.control('add_user', 'restricted', 'secret').catch(() => {});
    await broker.control('set_permissions', '-p', '/', 'restricted', '', '', '');
    for (const [url, reason] of [
      [urlFor('restricted:wrong'), /ACCESS_REFUSED/],
      [urlFor('restricted:secret', '/none'), /refuses the virtual host "none" of AMQP_URL/],
      [urlFor('restricted:secret', '/%2Fchat'), /refuses the virtual host "\/chat" of AMQP_URL/],
      [urlFor('restricted:secret'), /ACCESS_REFUSED .*access to exchange/],
    ] as const) {
      const { log, lines } = listenToLog();
      chat = await startChat(url, { overrides: { log } });
      const line = await until('a reason', () => lines.find((one) => one.msg === 'broker unavailable'));
      expect(line.reason).toMatch(reason);
      expect(JSON.stringify(lines)).not.toContain('secret');
      await chat.stop();
    }
    chat = undefined;
  });

  test('queues that exist as transient ones are used with AMQP_DURABLE=false', async () => {
    const operator = await BrokerClient.open(broker.url);
    clients.push(operator);
    const queues = { AMQP_COMMAND_QUEUE: 'bot-jobsity-bot', AMQP_REPLY_QUEUE: 'bot-jobsity-chat' };
    for (const queue of Object.values(queues)) await operator.channel.assertQueue(queue, { durable: false });
    chat = await startChat(broker.url, { env: queues });
    await reached(chat);
    await talk(chat, 'guest:guest');
  });
});
