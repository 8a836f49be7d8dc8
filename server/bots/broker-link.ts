import { unescape as unescapeLeniently } from 'node:querystring';
import { setImmediate } from 'node:timers/promises';
import { type ChannelModel, type ConfirmChannel, type ConsumeMessage, connect, type Options } from 'amqplib';
import { SharedCall } from '../lib/shared-call.js';
import { type Depths, declare, depths, hasConsumers, type Topology } from './topology.js';

/** Milliseconds for a connection with its handshake. */
const CONNECT_TIMEOUT_MS = 5_000;
/** A broker that sends nothing for twice as long counts as dead. */
const HEARTBEAT_SECONDS = 10;
/** Milliseconds for the closing handshake, before the socket is destroyed. */
const CLOSE_TIMEOUT_MS = 1_000;
/** Replies that one process writes at a time; the broker holds back the others. */
export const PREFETCH = 64;
/** Identifies the consumer of replies on its channel. */
const REPLY_CONSUMER = 'replies';

export interface BrokerLinkListener {
  reply(link: BrokerLink, delivery: ConsumeMessage): void;
  announcement(content: Buffer): void;
  /** A command, published by any process, was routed to no queue of a bot's own. @param id of its message */
  unbound(id: string): void;
}

/** An open connection to the broker with everything declared. A link that was lost is not used again. */
export interface BrokerLink {
  readonly isLost: boolean;
  /**
   * Resolves when the broker has confirmed the message, which it has written to disk where queues are durable.
   * @throws Error when the broker refuses the message, or the link is lost
   */
  publish(exchange: string, key: string, content: Buffer, options: Options.Publish): Promise<void>;
  /** The broker delivers again what is not acknowledged when the link is lost. */
  ack(delivery: ConsumeMessage): void;
  /** Stops the delivery of replies. Those that were delivered can still be acknowledged. */
  stopConsuming(): Promise<void>;
  /** Messages that wait in the queues. @throws Error when a queue was deleted */
  depths(): Promise<Depths>;
  /**
   * Whether a bot consumes the shared queue of commands. Concurrent callers share a request.
   * @throws Error when the queue was deleted, and closes the link, which declares it again
   */
  hasConsumers(): Promise<boolean>;
  /** Closes the connection, within `CLOSE_TIMEOUT_MS`. */
  drop(reason: Error): Promise<void>;
}

/** A connection with the controller that destroys its socket. */
interface AbortableConnection {
  model: ChannelModel;
  socket: AbortController;
  /** The errors that the connection has reported; the first one is the cause of the others. */
  faults: Error[];
}

/**
 * Opens a connection with amqplib, whose own recovery is not used: a command that the broker does not confirm stays in
 * the database, and a channel that recovers by itself would queue it in memory too.
 *
 * @param onLost called once when the link is lost, also by `drop`
 * @throws Error when the broker cannot be reached, or refuses the queues as they are declared
 */
export async function openBrokerLink(
  url: string,
  topology: Topology,
  listener: BrokerLinkListener,
  onLost: (reason: Error) => void,
): Promise<BrokerLink> {
  const socket = new AbortController();
  const socketOptions = {
    timeout: CONNECT_TIMEOUT_MS,
    clientProperties: { connection_name: 'changeroom' },
    // Passed on to `net.connect` or `tls.connect`: amqplib has no method that closes a connection at once, and its
    // `close()` waits for the broker, which may be frozen.
    signal: socket.signal,
  };
  const model = await connect(withHeartbeat(url), socketOptions).catch((error: Error) => {
    throw explainRefusal(error, url);
  });
  const faults: Error[] = [];
  const connection = { model, socket, faults };
  // An `error` event without a listener would end the process. `close` follows it.
  model.on('error', (error) => void faults.push(error));
  try {
    return await openChannel(connection, topology, listener, (reason) => onLost(explain(reason)));
  } catch (error) {
    void close(connection);
    // An operation that was interrupted by the end of the connection does not report why the connection ended.
    throw explain(faults[0] ?? (error as Error));
  }
}

async function openChannel(
  connection: AbortableConnection,
  topology: Topology,
  listener: BrokerLinkListener,
  onLost: (reason: Error) => void,
): Promise<BrokerLink> {
  const { model, faults } = connection;
  let isLost = false;
  const channel: ConfirmChannel = await model.createConfirmChannel();
  const drop = async (reason: Error) => {
    if (isLost) return;
    isLost = true;
    // Channels end before their connection, and the broker's reason comes with the end of the connection.
    await setImmediate();
    onLost(faults[0] ?? reason);
    await close(connection);
  };
  channel.on('error', (error) => void faults.push(error));
  const own = await declare(channel, topology);
  const consumers = new SharedCall(() => hasConsumers(channel, topology));
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
      await channel.cancel(REPLY_CONSUMER);
    },
    depths: () => depths(channel, topology),
    hasConsumers: () => consumers.call(),
    drop,
  };
  const closed = (reason?: Error) => {
    if (reason) faults.push(reason);
    void drop(new Error('the connection was closed'));
  };
  model.on('close', closed);
  channel.on('close', closed);
  // A message without a route: a queue was deleted. The next link declares it again.
  channel.on('return', () => void drop(new Error('a queue is missing')));
  const cancelled = () => void drop(new Error('a queue was deleted'));
  await channel.prefetch(PREFETCH);
  await channel.consume(
    own.announcements,
    (delivery) => (delivery ? listener.announcement(delivery.content) : cancelled()),
    { noAck: true },
  );
  await channel.consume(
    own.unbound,
    (delivery) => (delivery ? listener.unbound(String(delivery.properties.messageId)) : cancelled()),
    { noAck: true },
  );
  await channel.consume(
    topology.replies,
    (delivery) => (delivery ? listener.reply(link, delivery) : cancelled()),
    { consumerTag: REPLY_CONSUMER },
  );
  return link;
}

function withHeartbeat(url: string): string {
  const address = new URL(url);
  if (!address.searchParams.has('heartbeat'))
    address.searchParams.set('heartbeat', String(HEARTBEAT_SECONDS));
  return address.href;
}

/** amqplib does not report the reason with which a broker closes a connection instead of opening its virtual host. */
function explainRefusal(error: Error, url: string): Error {
  if (!error.message.startsWith('Expected ConnectionOpenOk')) return error;
  const name = unescapeLeniently(new URL(url).pathname.slice(1)) || '/';
  return new Error(
    `the broker refuses the virtual host "${name}" of AMQP_URL: it does not exist, or the user has no permissions there`,
  );
}

/** RabbitMQ 4.3 and newer refuse transient queues unless configured otherwise. */
function explain(error: Error): Error {
  if (!error.message.includes('transient_nonexcl_queues')) return error;
  return new Error(
    'this broker allows no transient queues: set AMQP_DURABLE=true, for the server and for bots',
  );
}

/** Closes politely, and destroys the socket of a broker that does not answer, which rejects outstanding confirms. */
async function close({ model, socket }: AbortableConnection): Promise<void> {
  const closed = model.close().catch(() => {});
  const timer = setTimeout(() => socket.abort(), CLOSE_TIMEOUT_MS);
  const aborted = new Promise((resolve) => socket.signal.addEventListener('abort', resolve, { once: true }));
  await Promise.race([closed, aborted]);
  clearTimeout(timer);
  socket.abort();
}
