import type { Duplex } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { type ChannelModel, type ConfirmChannel, type ConsumeMessage, connect, type Options } from 'amqplib';
import { type Depths, declare, depths, type Topology } from './topology.js';

/** Milliseconds for a connection and its handshake. */
const CONNECT_MS = 5_000;
/** Seconds: a broker that says nothing for twice as long is gone. */
const HEARTBEAT = 10;
/** Milliseconds for a polite end. */
const CLOSE_MS = 1_000;
/** Answers that are being written at once; the broker holds back the others. */
export const PREFETCH = 64;

export interface LinkEvents {
  answer(link: BrokerLink, delivery: ConsumeMessage): void;
  announcement(content: Buffer): void;
  /** Once, also after `drop`. */
  lost(reason: Error): void;
}

/** An open connection to the broker with everything declared. One that was lost is not used again. */
export interface BrokerLink {
  readonly isLost: boolean;
  /** Resolves when the broker has it, on disk where queues are durable. @throws Error when it has not, or is lost */
  publish(exchange: string, key: string, content: Buffer, options: Options.Publish): Promise<void>;
  /** What is not acknowledged when the link is lost comes again. */
  ack(delivery: ConsumeMessage): void;
  /** Takes no more answers; those that were taken can still be acknowledged. */
  stopConsuming(): Promise<void>;
  /** Messages that wait in the queues. @throws Error when one is gone */
  depths(): Promise<Depths>;
  drop(reason: Error): Promise<void>;
}

/** @throws Error when the broker cannot be reached or will not have the queues as they are wanted */
export async function openBrokerLink(
  url: string,
  topology: Topology,
  events: LinkEvents,
): Promise<BrokerLink> {
  const model = await connect(withHeartbeat(url), {
    timeout: CONNECT_MS,
    clientProperties: { connection_name: 'changeroom' },
  });
  // What goes wrong is told by `error`, and ends in `close`; an `error` that nobody listens to would end the process.
  const faults: Error[] = [];
  const note = (error: Error) => void faults.push(error);
  model.on('error', note);
  try {
    return await openChannel(model, topology, events, faults);
  } catch (error) {
    void end(model);
    // What was asked for when the connection ended only knows that it is not answered.
    throw faults[0] ?? error;
  }
}

async function openChannel(
  model: ChannelModel,
  topology: Topology,
  events: LinkEvents,
  faults: Error[],
): Promise<BrokerLink> {
  let isLost = false;
  const channel: ConfirmChannel = await model.createConfirmChannel();
  const drop = async (why: Error) => {
    if (isLost) return;
    isLost = true;
    // Channels end first; what the broker has to say comes with the end of the connection.
    await setImmediate();
    events.lost(faults[0] ?? why);
    await end(model);
  };
  channel.on('error', (error) => void faults.push(error));
  const announced = await declare(channel, topology);
  const link: BrokerLink = {
    get isLost() {
      return isLost;
    },
    publish: (exchange, key, content, options) =>
      new Promise((resolve, reject) => {
        const settle = (error: Error | null) => (error ? reject(error) : resolve());
        channel.publish(exchange, key, content, { ...options, persistent: topology.durable }, settle);
      }),
    ack: (delivery) => {
      if (!isLost) channel.ack(delivery);
    },
    stopConsuming: async () => {
      await channel.cancel(ANSWERS);
    },
    depths: () => depths(channel, topology),
    drop,
  };
  const closed = (reason?: Error) => {
    if (reason) faults.push(reason);
    void drop(new Error('the connection was closed'));
  };
  model.on('close', closed);
  channel.on('close', closed);
  // Nobody got it: a queue was deleted. The next link makes it again.
  channel.on('return', () => void drop(new Error('a queue is gone')));
  await channel.prefetch(PREFETCH);
  const gone = () => void drop(new Error('a queue was deleted'));
  await channel.consume(announced, (one) => (one ? events.announcement(one.content) : gone()), {
    noAck: true,
  });
  await channel.consume(topology.answers, (one) => (one ? events.answer(link, one) : gone()), {
    consumerTag: ANSWERS,
  });
  return link;
}

const ANSWERS = 'answers';

function withHeartbeat(url: string): string {
  const address = new URL(url);
  if (!address.searchParams.has('heartbeat')) address.searchParams.set('heartbeat', String(HEARTBEAT));
  return address.href;
}

/** Says goodbye, and does not wait for a broker that does not answer. */
async function end(model: ChannelModel): Promise<void> {
  const { stream } = model.connection as unknown as { stream: Duplex };
  // As a failure, so that whoever waits for a confirmation is told.
  const timer = setTimeout(() => stream.destroy(new Error('the broker does not answer')), CLOSE_MS);
  await Promise.race([
    model.close().catch(() => {}),
    new Promise<void>((resolve) => stream.once('close', resolve)),
  ]);
  clearTimeout(timer);
  stream.destroy();
}
