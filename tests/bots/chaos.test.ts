/**
 * Commands and replies while broker and bot are restarted and killed: none may be lost or stored twice.
 * By hand, with more commands and with figures:
 *
 *     COMMANDS=10000 npm test -- bots/chaos
 */
import r from 'rethinkdb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ReplyIds } from '../../server/bots/bot-reply.js';
import { diagnostics } from '../../server/telemetry/diagnostics-channels.js';
import { skipWithout } from '../support/programs.js';
import { type RabbitmqServer, startRabbitmq } from '../support/rabbitmq-server.js';
import { SocketClient } from '../support/socket-client.js';
import { until } from '../support/until.js';
import { type BotProcess, startBots } from './bot-process.js';
import { type Chat, reached, say, startChat } from './chat.js';
import { listenToLog } from './log-lines.js';

const COMMANDS = Number(process.env.COMMANDS || 600);
const SENDERS = 16;
const WAVES = 3;
/** Milliseconds for the last reply. */
const TIMEOUT_MS = 30_000 + COMMANDS * 20;
const SECRET = 'the secret of reply ids';

describe('restarts of broker and bot', skipWithout('rabbitmq-server'), () => {
  let broker: RabbitmqServer;
  let bots: BotProcess;
  let chat: Chat;
  const { log, lines } = listenToLog();

  beforeAll(async () => {
    broker = await startRabbitmq();
    const env = { AMQP_DURABLE: 'true', SESSION_SECRET: SECRET, LIMIT_FRAMES: '0' };
    chat = await startChat(broker.url, { env, overrides: { log, bots: { maxRetryMs: 500 } } });
    await reached(chat);
    bots = await startBots(['roll'], chat.env);
  });
  afterAll(async () => {
    await bots?.end();
    await chat?.stop();
    await broker?.stop();
  });

  test('every command has exactly one reply after restarts of broker and bot', {
    timeout: 2 * TIMEOUT_MS,
  }, async () => {
    const outcomes = { written: 0, repeated: 0, rejected: 0 };
    const unsubscribe = diagnostics.reply.subscribe(({ outcome }) => {
      outcomes[outcome] += 1;
    });
    const troubles = [
      async () => {
        await broker.shutDown();
        await broker.restart();
      },
      async () => {
        await broker.kill();
        await broker.restart();
      },
      async () => {
        await bots.end('SIGKILL');
        bots = await startBots(['roll'], chat.env);
      },
    ];
    const senders = await Promise.all(Array.from({ length: SENDERS }, () => SocketClient.open(chat.url)));
    const sent: string[] = [];
    const send = async (client: SocketClient, upTo: number) => {
      while (begun < upTo) {
        begun += 1;
        sent.push(await say(client, 'chaos', '/roll 3d6'));
      }
    };
    let begun = 0;
    const begin = performance.now();
    for (let wave = 1; wave <= WAVES; wave += 1) {
      await reached(chat);
      const { written } = outcomes;
      const wanted = Math.round((COMMANDS * wave) / WAVES);
      const sending = Promise.all(senders.map((client) => send(client, wanted)));
      await until('replies are written', () => outcomes.written > written + COMMANDS / WAVES / 3);
      await troubles[wave - 1]!();
      await sending;
    }
    await until('all replies are written', () => outcomes.written === COMMANDS, TIMEOUT_MS);
    const seconds = (performance.now() - begin) / 1000;
    const { bots: way } = chat.app.parts;
    await until('nothing is in flight', () => way!.commandsInFlight === 0 && way!.repliesInFlight === 0);
    unsubscribe();

    const ids = new ReplyIds(SECRET);
    const connection = await chat.database.connect();
    const replies = await r.table('messages').filter({ kind: 'bot' }).run(connection);
    const rows = (await replies.toArray()) as { id: string }[];
    expect(rows.map(({ id }) => id).sort()).toEqual(sent.map((id) => ids.of('chaos', id)).sort());
    expect(sent).toHaveLength(COMMANDS);
    expect(outcomes.rejected).toBe(0);
    expect(lines.filter(({ msg }) => /connected/.test(msg)).length).toBeGreaterThanOrEqual(WAVES);
    if (process.env.COMMANDS) {
      const notices = senders.flatMap(({ frames }) => frames.filter(({ type }) => type === 'error')).length;
      const links = lines.filter(({ msg }) => /connected/.test(msg)).length;
      console.log({ commands: COMMANDS, seconds: Math.round(seconds), links, notices, ...outcomes });
    }
    for (const sender of senders) sender.close();
  });
});
