/**
 * What a bot needs beside what it has to say: it takes commands from the broker, answers each once, announces itself,
 * and comes back when the broker does. docs/bots.md explains what travels.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { openLink } from './link.mjs';
import { declare, publish, queuesOf, sendAgain } from './queues.mjs';

/** Milliseconds; the server would take a bot for gone that is silent for 35,000. */
const ANNOUNCE_MS = 10_000;
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 2_000;
/** Commands that are answered at once. */
const PREFETCH = 32;
/** Answers that are remembered, for commands that come twice. */
const REMEMBERED = 10_000;

/**
 * Runs a bot until it is stopped.
 *
 * @param bot `{name, command, usage, help, answer}`; `answer(text, command)` gets what follows the command's name and
 * the whole command, and answers with a text, or null to say nothing
 * @param env `AMQP_URL`, `AMQP_COMMAND_QUEUE`, `AMQP_REPLY_QUEUE` and `AMQP_DURABLE`, as the server has them
 * @returns `{stop}`, which resolves when the link is closed
 */
export function runBot(bot, env = process.env, log = console.error) {
  const stopping = new AbortController();
  const running = keepServing({ bot, env, log, answered: new Map(), signal: stopping.signal });
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

async function keepServing(parts) {
  const { signal, log } = parts;
  let longest = FIRST_WAIT_MS;
  while (!signal.aborted) {
    const begin = Date.now();
    const reason = await serve(parts);
    if (signal.aborted) return;
    log(`The broker is away (${reason})`);
    if (Date.now() - begin > LONGEST_WAIT_MS) longest = FIRST_WAIT_MS;
    await pause(longest * (0.1 + 0.9 * Math.random()), undefined, { signal }).catch(() => {});
    longest = Math.min(longest * 2, LONGEST_WAIT_MS);
  }
}

/** Serves over one connection, from its beginning to its end. @returns why it ended */
async function serve(parts) {
  const { bot, env, log, signal } = parts;
  let reason;
  const note = (error) => {
    reason ??= error.message;
  };
  let link = null;
  const end = () => link?.close();
  let timer;
  try {
    link = await openLink(env.AMQP_URL || 'amqp://127.0.0.1', note);
    signal.addEventListener('abort', end);
    if (!signal.aborted) {
      const channel = await link.model.createConfirmChannel();
      // A channel that the broker closes takes the connection with it, and that is opened again.
      channel.on('error', note);
      channel.on('close', end);
      timer = setInterval(await takeCommands(parts, channel, end), ANNOUNCE_MS);
      log(`/${bot.command} is listening`);
      await link.closed;
    }
  } catch (error) {
    note(error);
  }
  clearInterval(timer);
  signal.removeEventListener('abort', end);
  await end();
  return reason ?? 'the connection was closed';
}

/** @returns what has to be done again and again: to announce the bot */
async function takeCommands({ bot, env, log, answered }, channel, end) {
  const { command, usage, help } = bot;
  const queues = queuesOf(env, command);
  await declare(channel, queues, command);
  await channel.prefetch(PREFETCH);

  const options = { persistent: queues.durable, mandatory: true, contentType: 'application/json' };
  const take = async (delivery) => {
    try {
      const answer = await answerOf(bot, delivery, answered, log);
      if (answer) {
        await publish(channel, '', queues.answers, toJson(answer), { ...options, messageId: answer.id });
      }
      channel.ack(delivery);
    } catch (error) {
      // Not acknowledged: the command comes again over the next connection.
      log(`An answer was not delivered: ${error.message}`);
      end();
    }
  };
  // A queue was deleted. It is made again over the next connection.
  channel.on('return', end);
  await channel.consume(queues.own, (delivery) => (delivery ? take(delivery) : end()));
  await sendAgain(channel, queues);

  const announce = () => publish(channel, queues.announcements, '', toJson({ command, usage, help }));
  await announce();
  return () => announce().catch((error) => log(error.message));
}

const toJson = (value) => Buffer.from(JSON.stringify(value));

/** The answer to a delivery, the same one when the command comes again; null where there is nothing to say. */
async function answerOf(bot, { content }, answered, log) {
  try {
    const command = JSON.parse(content.toString());
    const { chatroom, token, message, id } = command;
    // A promise, as a command may come again while it is being answered.
    let answer = answered.get(id);
    if (!answer) {
      answer = Promise.resolve(bot.answer(message.replace(/^\/[\w-]+[\s=:]*/, '').trim(), command));
      if (id !== undefined) answered.set(id, answer);
      answer.catch(() => answered.delete(id));
      if (answered.size > REMEMBERED) answered.delete(answered.keys().next().value);
    }
    const text = await answer;
    return text == null ? null : { chatroom, token, message: text, id, name: bot.name };
  } catch (error) {
    log(`A command could not be answered: ${error.message}`);
    return null;
  }
}
