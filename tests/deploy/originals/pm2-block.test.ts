import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startWebServer, text as textAnswer, type WebServer } from '../../auth/web-server.js';
import { BrokerClient } from '../../bots/broker-client.js';
import { jsonOf } from '../../http/client.js';
import { freePort } from '../../support/free-port.js';
import { skipWithout } from '../../support/programs.js';
import { type RabbitmqServer, startRabbitmq } from '../../support/rabbitmq-server.js';
import { type RedisServer, startRedis } from '../../support/redis-server.js';
import { SocketClient } from '../../support/socket-client.js';
import { until } from '../../support/until.js';
import { Pm2 } from '../pm2.js';

const QUEUES = { commands: 'bot-jobsity-bot', replies: 'bot-jobsity-chat' };
const AUTHORIZATION = 'Bearer token-of-ada';

describe('the pm2 block of the chat server', skipWithout('redis-server', 'rabbitmq-server'), () => {
  let redis: RedisServer;
  let broker: RabbitmqServer;
  let accounts: WebServer;
  let pm2: Pm2;
  let bot: BrokerClient;
  let url: string;

  beforeAll(async () => {
    [redis, broker, pm2] = await Promise.all([startRedis(), startRabbitmq(), Pm2.open()]);
    accounts = await startWebServer((req, res) => {
      if (req.headers.authorization !== AUTHORIZATION) return textAnswer('unknown', 401)(req, res);
      res
        .writeHead(200, { 'content-type': 'application/json' })
        .end('{"_id":"5f7c","email":"ada@example.com"}');
    });
    await prepareBroker();
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    const file = path.join(pm2.directory, 'ecosystem.config.js');
    await writeFile(file, originalBlock(port));
    await pm2.run(['start', file], { EMBEDDED_PORT: '0', DATA_DIR: path.join(pm2.directory, 'data') });
    await pm2.says('Changeroom is at ');
    await until('all parts are connected', async () => {
      const { dependencies } = await jsonOf(await fetch(`${url}/readyz`));
      return ['database', 'redis', 'amqp'].every((name) => dependencies[name]?.state === 'up');
    });
  }, 120_000);
  afterAll(async () => {
    await bot?.close();
    await pm2?.remove();
    await accounts?.stop();
    await broker?.stop();
    await redis?.stop();
  });

  /** The block with the ports of the test, and with an accounts server that exists. */
  function originalBlock(port: number): string {
    const block = readFileSync('tests/deploy/originals/chat-server-ecosystem.txt', 'utf8');
    return block
      .replace('PORT: 8002', `PORT: ${port}`)
      .replace('REDIS_PORT: 6379', `REDIS_PORT: ${redis.port}`)
      .replace('AMQP_PORT: 5672', `AMQP_PORT: ${new URL(broker.url).port}`)
      .replace('https://accounts.jobsity,ikoabo.com', accounts.url);
  }

  /** The commands of the original document, and its two transient queues, which have to exist before. */
  async function prepareBroker(): Promise<void> {
    await broker.control('add_user', 'challenge', 'challenge*2020');
    await broker.control('set_user_tags', 'challenge', 'administrator');
    await broker.control('set_permissions', '-p', '/', 'challenge', '.*', '.*', '.*');
    bot = await BrokerClient.open(broker.url.replace('guest:guest', 'challenge:challenge*2020'));
    for (const queue of Object.values(QUEUES)) await bot.channel.assertQueue(queue, { durable: false });
  }

  const post = (body: string, headers: Record<string, string> = { authorization: AUTHORIZATION }) =>
    fetch(`${url}/api/rooms/stocks/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ body }),
    });

  test('users of the accounts server write messages, and others may not', async () => {
    const posted = await post('hello');
    expect(posted.status).toBe(201);
    expect(await jsonOf(posted)).toMatchObject({ author: { id_user: '5f7c' }, body: 'hello' });
    expect((await post('hello', {})).status).toBe(401);
    expect((await post('hello', { authorization: 'Bearer wrong' })).status).toBe(401);
  });

  test('a bot that knows chatroom, token and message replies to a command in its room', async () => {
    const commands = await bot.read(QUEUES.commands);
    const reader = await SocketClient.open(url, { authorization: AUTHORIZATION });
    await reader.ask({ type: 'joinRoom', room: 'stocks' });
    expect((await post('/stock=aapl.us')).status).toBe(201);
    const command = await until('the command', () => commands[0]);
    const { chatroom, token, message } = JSON.parse(command.content);
    expect([chatroom, typeof token, message]).toEqual(['stocks', 'string', '/stock=aapl.us']);
    await bot.send(QUEUES.replies, { chatroom, token, message: 'AAPL.US quote is $93.42 per share' });
    const reply = await until('the reply', () =>
      reader.frames.find((frame) => frame.type === 'deliverMessage' && frame.message.kind === 'bot'),
    );
    expect(reply).toMatchObject({ message: { body: 'AAPL.US quote is $93.42 per share' } });
    reader.close();
  });

  test('the log names the new form of each setting of the block', async () => {
    const output = await pm2.output();
    for (const name of ['LOG', 'REDIS_SERVER', 'AMQP_SERVER', 'AMQP_BOT_QUEUE_BOT', 'MONGODB_URI', 'ENV'])
      expect(output).toMatch(new RegExp(`"msg":"[^"]*\\b${name}\\b`));
    expect(output).toContain('in 2 processes');
    expect(output).not.toContain('challenge*2020');
  });

  test('pm2 stop ends the server in order, without a warning', async () => {
    const before = (await pm2.output()).length;
    await pm2.run(['stop', 'CHAT-JOBSITY']);
    const lines = (await pm2.output()).slice(before).split('\n');
    expect(lines.filter((line) => line.startsWith('{') && JSON.parse(line).level >= 40)).toEqual([]);
    const [stopped] = await pm2.processes();
    expect([stopped?.pm2_env.status, stopped?.pid, stopped?.pm2_env.exit_code]).toEqual(['stopped', 0, 0]);
    await expect(fetch(url)).rejects.toThrow();
  });
});
