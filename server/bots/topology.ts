import type { Channel } from 'amqplib';
import type { AmqpConfig } from '../config/config.js';

/** The queues and exchanges that server and bots meet at. docs/bots.md tells bots of them. */
export interface Topology {
  /**
   * Commands are published to this exchange by the command's name. A bot may bind a queue of its own for its
   * commands; all others are routed on to the queue of the same name, which any bot may read.
   */
  commands: string;
  /** Where the exchange sends what no bot has bound. */
  unbound: string;
  answers: string;
  rejected: string;
  /** An exchange: bots say what commands they have, again and again. */
  announcements: string;
  durable: boolean;
}

/** Messages that wait in each queue. Commands that a bot gets into a queue of its own are not among them. */
export type Depths = Record<'commands' | 'answers' | 'rejected', number>;

/** Rejected answers that are kept at most; the oldest go first. */
const REJECTED_MAX = 10_000;

export function topologyOf({ commandQueue, replyQueue, rejectedQueue, durable }: AmqpConfig): Topology {
  return {
    commands: commandQueue,
    unbound: `${commandQueue}-unbound`,
    answers: replyQueue,
    rejected: rejectedQueue,
    announcements: `${commandQueue}-announcements`,
    durable,
  };
}

/**
 * Makes what is missing. @throws Error when something of that name is there with another durability or other arguments
 * @returns the name of this process' own queue of announcements
 */
export async function declare(channel: Channel, topology: Topology): Promise<string> {
  const { commands, unbound, answers, rejected, announcements, durable } = topology;
  await channel.assertExchange(unbound, 'fanout', { durable });
  await channel.assertExchange(commands, 'direct', { durable, alternateExchange: unbound });
  await channel.assertQueue(commands, { durable });
  await channel.bindQueue(commands, unbound, '');
  await channel.assertQueue(answers, { durable });
  await channel.assertQueue(rejected, { durable, maxLength: REJECTED_MAX });
  await channel.assertExchange(announcements, 'fanout', { durable });
  const { queue } = await channel.assertQueue('', { exclusive: true, durable: false });
  await channel.bindQueue(queue, announcements, '');
  return queue;
}

/** @throws Error when one of the queues is gone, and closes the channel then */
export async function depths(channel: Channel, { commands, answers, rejected }: Topology): Promise<Depths> {
  const [taken, answered, refused] = await Promise.all(
    [commands, answers, rejected].map((queue) => channel.checkQueue(queue)),
  );
  return {
    commands: taken!.messageCount,
    answers: answered!.messageCount,
    rejected: refused!.messageCount,
  };
}
