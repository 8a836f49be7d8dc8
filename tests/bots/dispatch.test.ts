import r from 'rethinkdb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createSchema } from '../../server/database/schema/schema.js';
import { CommandOutbox } from '../../server/database/tables/command-outbox.js';
import { createLog } from '../../server/telemetry/logger.js';
import { openDatabase, type TestDatabase } from '../support/database.js';
import { skipWithout } from '../support/programs.js';
import { type RabbitmqServer, startRabbitmq } from '../support/rabbitmq-server.js';
import { startTcpProxy } from '../support/tcp-proxy.js';
import { until } from '../support/until.js';
import { BrokerClient, commandOf, type Delivered } from './broker-client.js';
import { type Chat, enter, reached, say, startChat } from './chat.js';

describe('commands in the database', skipWithout('rabbitmq-server'), () => {
  let broker: RabbitmqServer;
  let database: TestDatabase;
  let bot: BrokerClient;
  let open: { stop(): Promise<void> }[];
  /** Shared by all apps of a test, which are processes of one chat. */
  let queue = 0;

  beforeAll(async () => {
    broker = await startRabbitmq();
    bot = await BrokerClient.open(broker.url);
  });
  beforeEach(async () => {
    open = [];
    queue += 1;
    database = await openDatabase();
  });
  afterEach(async () => {
    for (const each of open.reverse()) await each.stop();
    await database.stop();
  });
  afterAll(async () => {
    await bot?.close();
    await broker?.stop();
  });

  const start = async (
    url = broker.url,
    options: { claimMs?: number } = {},
    on = database,
  ): Promise<Chat> => {
    const bots = { maxRetryMs: 200, dispatchTimeoutMs: 500, ...options };
    const env = { AMQP_COMMAND_QUEUE: `dispatched-${queue}`, AMQP_REPLY_QUEUE: `replies-${queue}` };
    const chat = await startChat(url, { database: on, env, overrides: { bots } });
    open.push(chat);
    return chat;
  };
  const readAll = () => bot.read(`dispatched-${queue}`);
  const messages = (taken: Delivered[]) => taken.map((one) => commandOf(one).message);

  test('a command that a database driver inserts is dispatched', async () => {
    await reached(await start());
    const taken = await readAll();
    const connection = await database.connect();
    await r.table('messages').insert({ room: 'den', body: '/from a console' }).run(connection);
    await until('the command is delivered', () => taken.length === 1);
    expect(commandOf(taken[0]!)).toMatchObject({
      chatroom: 'den',
      message: '/from a console',
      id_user: null,
      token: expect.stringMatching(/^command\./),
    });
  });

  test('commands that a server accepted without a broker are dispatched by the next server', async () => {
    const nowhere = await startTcpProxy(1);
    open.push(nowhere);
    nowhere.cut();
    const first = await start(`amqp://127.0.0.1:${nowhere.port}`);
    const ann = await enter(first, 'wait');
    await say(ann, 'wait', '/one');
    await until('the sender is notified', () => ann.latest('error')?.code === 'bots-unavailable');
    await say(ann, 'wait', '/two');
    await first.stop();

    const second = await start();
    await reached(second);
    const taken = await readAll();
    await until('both are delivered', () => taken.length === 2);
    expect(messages(taken)).toEqual(['/one', '/two']);
  });

  test('a command that a dead process has claimed is dispatched by another one', async () => {
    const nowhere = await startTcpProxy(1);
    open.push(nowhere);
    nowhere.cut();
    const writer = await start(`amqp://127.0.0.1:${nowhere.port}`);
    const id = await say(await enter(writer, 'dead'), 'dead', '/left behind');
    const dead = new CommandOutbox(writer.app.parts.database, createLog({ log: 'silent' }), {
      lifetimeMs: 3_600_000,
      claimMs: 60_000,
    });
    expect(await dead.claim([id])).toEqual(new Set([id]));
    await reached(await start(broker.url, { claimMs: 1_000 }));
    const taken = await readAll();
    await until('the command is delivered', () => taken.length === 1);
    expect(messages(taken)).toEqual(['/left behind']);
  });

  test('commands that were written during an outage of the database are dispatched afterwards', async () => {
    const line = await startTcpProxy(database.port);
    open.push(line);
    const address = database.at(line.port);
    const chat = await start(broker.url, {}, { ...database, address });
    await reached(chat);
    const taken = await readAll();
    line.cut();
    await until('the database is down', () => chat.app.parts.database.status.state === 'down');
    const connection = await database.connect();
    const rows = ['/unseen', 'plain', '/as well'].map((body) => ({ room: 'den', body }));
    for (const row of rows) await r.table('messages').insert(row).run(connection);
    line.mend();
    await until('both are delivered', () => taken.length === 2);
    expect(messages(taken).sort()).toEqual(['/as well', '/unseen']);
  });

  test('a command that could not be claimed is retried, also without an outage of the database', async () => {
    await reached(await start(broker.url, { claimMs: 400 }));
    const taken = await readAll();
    const connection = await database.connect();
    await r.db(database.address.db).tableDrop('commands').run(connection);
    await r.table('messages').insert({ room: 'den', body: '/again' }).run(connection);
    await createSchema(connection, database.address.db);
    await until('the command is delivered', () => taken.length > 0);
    expect(messages(taken)).toEqual(['/again']);
  });
});
