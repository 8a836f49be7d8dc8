import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ANNOUNCEMENT_LIFETIME_MS } from '../../server/bots/announcements.js';
import { jsonOf } from '../http/client.js';
import { skipWithout } from '../support/programs.js';
import { type RabbitmqServer, startRabbitmq } from '../support/rabbitmq-server.js';
import { until } from '../support/until.js';
import { failToStart, startBots } from './bot-process.js';
import { BrokerClient } from './broker-client.js';
import { type Chat, enter, reached, repliesTo, say, startChat, storedIn } from './chat.js';

describe('the bots of scripts/bots', skipWithout('rabbitmq-server'), () => {
  let broker: RabbitmqServer;
  let chat: Chat;
  /** Offset of the server's clock, in milliseconds. */
  let ahead = 0;

  beforeAll(async () => {
    broker = await startRabbitmq();
    const overrides = { bots: { now: () => Date.now() + ahead, maxRetryMs: 200 } };
    chat = await startChat(broker.url, { overrides });
    await reached(chat);
  });
  afterAll(async () => {
    await chat?.stop();
    await broker?.stop();
  });

  const listed = async () => jsonOf(await fetch(`${chat.url}/api/bots`));
  const names = async () => (await listed()).map(({ command }: { command: string }) => command).join();

  test('sample bots reply in the room, are listed while they run, and end on SIGTERM', async () => {
    const ann = await enter(chat, 'games');
    const early = await say(ann, 'games', '/stock=AAPL.US');
    expect(await listed()).toEqual([]);
    const bots = await startBots(['roll', 'stock'], chat.env);
    await until('both are listed', async () => (await names()) === 'roll,stock');
    expect((await listed())[0]).toEqual({
      command: 'roll',
      usage: '/roll 2d6',
      help: 'Rolls dice: the number of dice, d, and the number of their sides',
    });
    // Commands that were written before they started are replied to as well.
    await until('the early command has a reply', () => repliesTo(ann).length === 1);
    for (const text of ['/roll 2d6', '/ROLL', '/roll many', '/stock=aapl.us', '/stock nothing', '/weather'])
      await say(ann, 'games', text);
    await until('all commands have replies', () => repliesTo(ann).length === 6);
    const said = repliesTo(ann).map(({ author, body }) => `${author.name}: ${body}`);
    const quote =
      /^Stock: AAPL.US quote is \$\d+\.\d+ per share \(sample data of [\d-]+, not a market price\)$/;
    expect(said[0]).toMatch(quote);
    expect(said.slice(1).sort()).toEqual([
      expect.stringMatching(/^Dice: .+ rolls 1d6: [1-6]$/),
      expect.stringMatching(/^Dice: .+ rolls 2d6: [1-6] \+ [1-6] = \d+$/),
      expect.stringMatching(/^Dice: Write it like \/roll 2d6/),
      expect.stringMatching(quote),
      expect.stringMatching(/^Stock: There is no NOTHING in the sample data\. There are: /),
    ]);
    expect((await storedIn(chat, 'games')).map(({ id }) => id)).toContain(early);

    expect(await bots.end('SIGTERM')).toBe(0);
    expect(await names()).toBe('roll,stock');
    ahead = ANNOUNCEMENT_LIFETIME_MS;
    expect(await listed()).toEqual([]);
    ahead = 0;
    // A command for a bot that does not run waits for it.
    await say(ann, 'games', '/roll 1d1000');
    const again = await startBots(['roll'], chat.env);
    await until('the command has a reply', () => repliesTo(ann).some(({ body }) => body.includes('1d1000')));
    expect(await again.end('SIGINT')).toBe(0);
    ann.close();
  });

  test('a sample bot sends the same reply to a repeated command, and leaves commands of other bots in their queue', async () => {
    const client = await BrokerClient.open(broker.url);
    const env = { ...chat.env, AMQP_COMMAND_QUEUE: 'twice', AMQP_REPLY_QUEUE: 'twice-replies' };
    const bots = await startBots(['roll'], env);
    const said = await client.read('twice-replies');
    const command = { chatroom: 'lobby', token: 'x', message: '/roll 20d1000', name: 'Ann' };
    const give = (content: object, routingKey = 'roll') =>
      client.channel.publish('twice', routingKey, Buffer.from(JSON.stringify(content)));
    for (const id of ['1', '1', '2']) give({ ...command, id });
    for (const odd of [command, { ...command, message: 7, id: '3' }, []]) give(odd);
    give({ ...command, id: '4' }, 'weather');
    give({ ...command, id: '5' });
    await until('the last reply is sent', () => said.some(({ messageId }) => messageId === '5'));
    const replies = said.map(({ content }) => JSON.parse(content));
    expect(replies.map(({ id }) => id)).toEqual(['1', '1', '2', undefined, '5']);
    expect(replies[0]).toEqual({
      chatroom: 'lobby',
      token: 'x',
      id: '1',
      name: 'Dice',
      message: expect.any(String),
    });
    expect(replies[1].message).toBe(replies[0].message);
    expect(replies[2].message).not.toBe(replies[0].message);
    expect(await client.depth('twice')).toBe(1);
    await bots.end();
    await client.close();
  });

  test('sample bots reconnect after a restart of the broker, and reply to commands from the outage', async () => {
    const bots = await startBots(['roll', 'stock'], chat.env);
    const ann = await enter(chat, 'restart');
    await broker.kill();
    await say(ann, 'restart', '/roll 3d6');
    await until('the sender is notified', () => ann.latest('error')?.code === 'bots-unavailable');
    await broker.restart();
    await until(
      'the command has a reply',
      () => repliesTo(ann).some(({ body }) => body.includes('3d6')),
      15_000,
    );
    broker.signal('SIGSTOP');
    try {
      expect(await bots.end('SIGTERM')).toBe(0);
    } finally {
      broker.signal('SIGCONT');
    }
    ann.close();
  });

  test('a bot whose file does not exist is not started', async () => {
    for (const wrong of [['missing'], ['../bots/roll'], ['kit'], []]) {
      const { code, output } = await failToStart(wrong);
      expect([code, output]).toEqual([2, expect.stringContaining('Usage: npm run bot -- roll stock')]);
    }
  });

  test('sample bots have fewer than forty lines each', () => {
    const folder = 'scripts/bots';
    const files = readdirSync(folder).filter((name) =>
      /^export const bot\b/m.test(readFile(`${folder}/${name}`)),
    );
    expect(files).toEqual(['roll.ts', 'stock.ts']);
    for (const name of files) expect(readFile(`${folder}/${name}`).split('\n').length).toBeLessThan(40);
  });
});

const readFile = (path: string) => readFileSync(path, 'utf8');
