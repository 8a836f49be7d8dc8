import type { ConfirmChannel, Options } from 'amqplib';
import type { Topology } from '../../server/bots/topology.js';

/** The queues and exchanges of the server that a bot uses, and its own queue. */
export interface BotQueues extends Omit<Topology, 'rejected'> {
  own: string;
}

/** For which a command can be answered. */
const COMMAND_LIFETIME_MS = 60 * 60 * 1000;
/** After which the broker deletes an unused transient queue. */
const UNUSED_QUEUE_MS = 60 * 60 * 1000;

export function queuesOf(topology: Topology, command: string): BotQueues {
  return { ...topology, own: `${topology.commands}.${command}` };
}

/** Declares the bot's queue, and what it shares with the server as the server does: either may be started first. */
export async function declareQueues(
  channel: ConfirmChannel,
  queues: BotQueues,
  command: string,
): Promise<void> {
  const { commands, unbound, announcements, own, replies, durable } = queues;
  await channel.assertExchange(unbound, 'fanout', { durable });
  await channel.assertExchange(commands, 'direct', { durable, alternateExchange: unbound });
  await channel.assertExchange(announcements, 'fanout', { durable });
  await channel.assertQueue(commands, { durable });
  await channel.bindQueue(commands, unbound, '');
  await channel.assertQueue(replies, { durable });
  await channel.assertQueue(own, durable ? { durable } : { durable, expires: UNUSED_QUEUE_MS });
  await channel.bindQueue(own, commands, command);
}

/** Resolves when the broker has accepted the message. @throws Error when the broker rejects it or the channel closes */
export function publish(
  channel: ConfirmChannel,
  exchange: string,
  key: string,
  content: Buffer,
  options: Options.Publish,
): Promise<void> {
  return new Promise((resolve, reject) => {
    channel.publish(exchange, key, content, options, (error: Error | null) =>
      error ? reject(error) : resolve(),
    );
  });
}

/**
 * Publishes the commands of the shared queue again, so that those of this bot reach its own queue. They are in the
 * shared queue when the bot's queue did not exist as they were published, such as after a restart of the broker.
 * Commands of other bots return to the shared queue.
 */
export async function republishUnclaimed(
  channel: ConfirmChannel,
  { commands, durable }: BotQueues,
): Promise<void> {
  const { messageCount } = await channel.checkQueue(commands);
  const published: Promise<void>[] = [];
  for (let i = 0; i < messageCount; i += 1) {
    const delivery = await channel.get(commands);
    if (!delivery) break;
    const { contentType, messageId, timestamp = 0 } = delivery.properties;
    const expiration = timestamp * 1000 + COMMAND_LIFETIME_MS - Date.now();
    const options = { contentType, messageId, timestamp, expiration, persistent: durable, mandatory: true };
    const { routingKey } = delivery.fields;
    const done =
      expiration > 0 ? publish(channel, commands, routingKey, delivery.content, options) : Promise.resolve();
    published.push(done.then(() => channel.ack(delivery)));
  }
  await Promise.all(published);
}
