/** The queues and exchanges at which a bot meets the server, as server/bots/topology.ts has them. */

/** Milliseconds for which a command can be answered. */
const LIFETIME_MS = 60 * 60 * 1000;
/** Milliseconds after which an unused transient queue goes by itself. */
const UNUSED_MS = 60 * 60 * 1000;

/** @param env the server's settings, by their names or aliases */
export function queuesOf(env, command) {
  const { AMQP_COMMAND_QUEUE, AMQP_BOT_QUEUE, AMQP_REPLY_QUEUE, AMQP_QUEUE, AMQP_DURABLE } = env;
  const commands = AMQP_COMMAND_QUEUE || AMQP_BOT_QUEUE || 'changeroom-bots';
  return {
    commands,
    unbound: `${commands}-unbound`,
    announcements: `${commands}-announcements`,
    own: `${commands}.${command}`,
    answers: AMQP_REPLY_QUEUE || AMQP_QUEUE || 'changeroom-chat',
    durable: AMQP_DURABLE === 'true',
  };
}

/** Makes what is missing, exactly as the server does, so that either may be there first; and the bot's own queue. */
export async function declare(channel, queues, command) {
  const { commands, unbound, announcements, own, answers, durable } = queues;
  await channel.assertExchange(unbound, 'fanout', { durable });
  await channel.assertExchange(commands, 'direct', { durable, alternateExchange: unbound });
  await channel.assertExchange(announcements, 'fanout', { durable });
  await channel.assertQueue(commands, { durable });
  await channel.bindQueue(commands, unbound, '');
  await channel.assertQueue(answers, { durable });
  await channel.assertQueue(own, durable ? { durable } : { durable, expires: UNUSED_MS });
  await channel.bindQueue(own, commands, command);
}

/** Resolves when the broker has it. @throws Error when it has not */
export function publish(channel, exchange, key, content, options) {
  return new Promise((resolve, reject) => {
    const settle = (error) => (error ? reject(error) : resolve());
    channel.publish(exchange, key, content, options, settle);
  });
}

/**
 * Sends what is in the queue of all the same way again: to bots whose queues were not there yet when it was written, as
 * after a restart of the broker, or back. Each bot does so once its queue is there; then it does not matter which of
 * several gets hold of a command first.
 */
export async function sendAgain(channel, { commands, durable }) {
  const { messageCount } = await channel.checkQueue(commands);
  const sent = [];
  for (let i = 0; i < messageCount; i += 1) {
    const delivery = await channel.get(commands);
    if (!delivery) break;
    const { contentType, messageId, timestamp = 0 } = delivery.properties;
    const expiration = timestamp * 1000 + LIFETIME_MS - Date.now();
    const options = { contentType, messageId, timestamp, expiration, persistent: durable, mandatory: true };
    const isLate = expiration <= 0;
    const { routingKey } = delivery.fields;
    const done = isLate || publish(channel, commands, routingKey, delivery.content, options);
    sent.push(Promise.resolve(done).then(() => channel.ack(delivery)));
  }
  await Promise.all(sent);
}
