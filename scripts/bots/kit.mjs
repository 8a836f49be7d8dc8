/**
 * What a bot needs beside what it has to say: it takes commands from the broker, answers each once, announces itself,
 * and comes back when the broker does. docs/bots.md explains what travels.
 */
import { connect } from 'amqplib';

/** Milliseconds after which the server would take a silent bot for gone are 35,000. */
const ANNOUNCE_MS = 10_000;
const LONGEST_WAIT_MS = 5_000;
/** Commands that are answered at once. */
const PREFETCH = 32;
/** Answers that are remembered, for commands that come twice. */
const REMEMBERED = 10_000;
/** Milliseconds after which an unused transient queue goes by itself. */
const UNUSED_MS = 60 * 60 * 1000;

/**
 * Runs a bot until it is stopped.
 *
 * @param bot `{name, command, usage, help, answer}`; `answer(text, command)` gets what follows the command's name and
 * the whole command, and answers with a text, or null to say nothing
 * @param env `AMQP_URL`, `AMQP_BOT_QUEUE`, `AMQP_QUEUE` and `AMQP_DURABLE`, as the server has them
 * @returns `{stop}`, which resolves when the link is closed
 */
export function runBot(bot, env = process.env, log = console.error) {
  const answered = new Map();
  let model = null;
  let retry = null;
  let wait = 100;
  let isStopped = false;

  async function open() {
    try {
      model = await connect(env.AMQP_URL || 'amqp://127.0.0.1', { timeout: 5_000 });
      let reason = 'the connection was closed';
      const announcing = { timer: null };
      model.on('error', (error) => {
        reason = error.message;
      });
      model.on('close', () => {
        clearInterval(announcing.timer);
        again(reason);
      });
      if (isStopped) return await model.close();
      announcing.timer = await serve(bot, model, env, answered, log);
      wait = 100;
      log(`/${bot.command} is listening`);
    } catch (error) {
      if (model) await model.close().catch(() => {});
      else again(error.message);
    }
  }

  function again(reason) {
    model = null;
    if (isStopped) return;
    log(`The broker is away (${reason})`);
    retry = setTimeout(open, wait * (0.1 + 0.9 * Math.random()));
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  }

  void open();
  return {
    async stop() {
      isStopped = true;
      clearTimeout(retry);
      await model?.close().catch(() => {});
    },
  };
}

/** Declares what it needs, exactly as the server does, so that either may be there first. */
async function serve(bot, model, env, answered, log) {
  const commands = env.AMQP_BOT_QUEUE || 'changeroom-bots';
  const answers = env.AMQP_QUEUE || 'changeroom-chat';
  const durable = env.AMQP_DURABLE === 'true';
  const channel = await model.createConfirmChannel();
  // A channel that the broker closes takes the connection with it, and that is opened again.
  channel.on('error', (error) => log(error.message));
  channel.on('close', () => model.close().catch(() => {}));

  await channel.assertExchange(`${commands}-unbound`, 'fanout', { durable });
  await channel.assertExchange(commands, 'direct', { durable, alternateExchange: `${commands}-unbound` });
  await channel.assertExchange(`${commands}-announcements`, 'fanout', { durable });
  await channel.assertQueue(answers, { durable });
  const own = `${commands}.${bot.command}`;
  await channel.assertQueue(own, durable ? { durable } : { durable, expires: UNUSED_MS });
  await channel.bindQueue(own, commands, bot.command);
  await channel.prefetch(PREFETCH);

  const publish = (exchange, key, content, options) =>
    new Promise((resolve, reject) => {
      const done = (error) => (error ? reject(error) : resolve());
      channel.publish(exchange, key, Buffer.from(JSON.stringify(content)), options, done);
    });

  await channel.consume(own, async (delivery) => {
    if (delivery === null) return model.close().catch(() => {});
    try {
      const answer = await answerOf(bot, delivery, answered, log);
      // Acknowledged last: a command that is not answered comes again.
      if (answer !== null) {
        const options = { persistent: durable, messageId: answer.id, contentType: 'application/json' };
        await publish('', answers, answer, options);
      }
      channel.ack(delivery);
    } catch (error) {
      log(`An answer was not delivered: ${error.message}`);
    }
  });

  const { command, usage, help } = bot;
  const announce = () =>
    publish(`${commands}-announcements`, '', { command, usage, help }).catch((error) => log(error.message));
  await announce();
  return setInterval(announce, ANNOUNCE_MS);
}

/** The answer to a delivery, the same one when the command comes again; null where there is nothing to say. */
async function answerOf(bot, { content }, answered, log) {
  try {
    const command = JSON.parse(content.toString());
    const { chatroom, token, message, id } = command;
    let text = answered.get(id);
    if (text === undefined) {
      text = await bot.answer(message.replace(/^\/[\w-]+[\s=:]*/, '').trim(), command);
      answered.set(id, text);
      if (answered.size > REMEMBERED) answered.delete(answered.keys().next().value);
    }
    return text === null ? null : { chatroom, token, message: text, id, name: bot.name };
  } catch (error) {
    log(`A command could not be answered: ${error.message}`);
    return null;
  }
}
