/**
 * Commands and answers flow while the broker is restarted and killed, and the bot is. Nothing may be lost or doubled.
 * By hand with more of them, and with figures:
 *
 *     COMMANDS=10000 npm test -- bots/chaos
 */
import r from 'rethinkdb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AnswerIds } from '../../server/bots/answer.js';
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
/** Milliseconds for the last answer. */
const PATIENCE = 30_000 + COMMANDS * 20;
const SECRET = 'what the ids of answers are made of';

describe('chaos', skipWithout('rabbitmq-server'), () => {
  let broker: RabbitmqServer;
  let bots: BotProcess;
  let chat: Chat;
  const { log, lines } = listenToLog();

  beforeAll(async () => {
    broker = await startRabbitmq();
    const env = { AMQP_DURABLE: 'true', SESSION_SECRET: SECRET, LIMIT_FRAMES: '0' };
    chat = await startChat(broker.url, { env, overrides: { log, bots: { longestWaitMs: 500 } } });
    await reached(chat);
    bots = await startBots(['roll'], chat.env);
  });
  afterAll(async () => {
    await bots?.end();
    await chat?.stop();
    await broker?.stop();
  });

  test('leaves every command with exactly one answer', { timeout: 2 * PATIENCE }, async () => {
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
      await until('answers flow', () => outcomes.written > written + COMMANDS / WAVES / 3);
      await troubles[wave - 1]!();
      await sending;
    }
    await until('all answers', () => outcomes.written === COMMANDS, PATIENCE);
    const seconds = (performance.now() - begin) / 1000;
    const { bots: way } = chat.app.parts;
    await until('none is left', () => way!.commandsInFlight === 0 && way!.answersInFlight === 0);
    unsubscribe();

    const ids = new AnswerIds(SECRET);
    const connection = await chat.database.connect();
    const answers = await r.table('messages').filter({ kind: 'bot' }).run(connection);
    const rows = (await answers.toArray()) as { id: string }[];
    expect(rows.map(({ id }) => id).sort()).toEqual(sent.map((id) => ids.of('chaos', id)).sort());
    expect(sent).toHaveLength(COMMANDS);
    expect(outcomes.rejected).toBe(0);
    expect(lines.filter(({ msg }) => /connected/.test(msg)).length).toBeGreaterThanOrEqual(WAVES);
    if (process.env.COMMANDS) {
      const told = senders.flatMap(({ frames }) => frames.filter(({ type }) => type === 'error')).length;
      const links = lines.filter(({ msg }) => /connected/.test(msg)).length;
      console.log({ commands: COMMANDS, seconds: Math.round(seconds), links, told, ...outcomes });
    }
    for (const sender of senders) sender.close();
  });
});
