import type { Channel } from 'amqplib';
import type { AmqpConfig } from '../config/config.js';

/** The queues and exchanges that server and bots share. docs/bots.md documents them for authors of bots. */
export interface Topology {
  /**
   * The exchange of commands, with the command's name as routing key. A bot may bind a queue of its own; other commands
   * are routed to the queue of the same name, which any bot may consume.
   */
  commands: string;
  /** The exchange to which `commands` routes commands without a binding. */
  unbound: string;
  replies: string;
  rejected: string;
  /** The exchange to which bots announce their commands periodically. */
  announcements: string;
  durable: boolean;
}

/** Messages in each queue. Commands in a bot's own queue are not counted. */
export type Depths = Record<'commands' | 'replies' | 'rejected', number>;

/** Rejected replies that are kept; the oldest are dropped first. */
const MAX_REJECTED_REPLIES = 10_000;

export function topologyOf({ commandQueue, replyQueue, rejectedQueue, durable }: AmqpConfig): Topology {
  return {
    commands: commandQueue,
    unbound: `${commandQueue}-unbound`,
    replies: replyQueue,
    rejected: rejectedQueue,
    announcements: `${commandQueue}-announcements`,
    durable,
  };
}

/** The queues of this process alone, which the broker deletes with its connection. */
export interface OwnQueues {
  announcements: string;
  /** Copies of the commands that reach no queue of a bot's own. */
  unbound: string;
}

/**
 * Declares what is missing.
 * @returns the names of this process' own queues
 * @throws Error when a queue or exchange exists with another durability or other arguments
 */
export async function declare(channel: Channel, topology: Topology): Promise<OwnQueues> {
  const { commands, unbound, replies, rejected, announcements, durable } = topology;
  await channel.assertExchange(unbound, 'fanout', { durable });
  await channel.assertExchange(commands, 'direct', { durable, alternateExchange: unbound });
  await channel.assertQueue(commands, { durable });
  await channel.bindQueue(commands, unbound, '');
  await channel.assertQueue(replies, { durable });
  await channel.assertQueue(rejected, { durable, maxLength: MAX_REJECTED_REPLIES });
  await channel.assertExchange(announcements, 'fanout', { durable });
  const own = { exclusive: true, durable: false };
  const announced = await channel.assertQueue('', own);
  await channel.bindQueue(announced.queue, announcements, '');
  const copies = await channel.assertQueue('', own);
  await channel.bindQueue(copies.queue, unbound, '');
  return { announcements: announced.queue, unbound: copies.queue };
}

/** Whether a bot consumes the shared queue of commands, and so may answer any of them. @throws Error when it was deleted */
export async function hasConsumers(channel: Channel, { commands }: Topology): Promise<boolean> {
  return (await channel.checkQueue(commands)).consumerCount > 0;
}

/** @throws Error when one of the queues was deleted, which closes the channel */
export async function depths(channel: Channel, topology: Topology): Promise<Depths> {
  const depthOf = async (queue: string) => (await channel.checkQueue(queue)).messageCount;
  const [commands, replies, rejected] = await Promise.all([
    depthOf(topology.commands),
    depthOf(topology.replies),
    depthOf(topology.rejected),
  ]);
  return { commands, replies, rejected };
}
