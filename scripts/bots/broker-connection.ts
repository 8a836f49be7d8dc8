import type { Duplex } from 'node:stream';
import { type ChannelModel, connect } from 'amqplib';

/** The connection is lost after twice this time without a frame from the broker. */
const HEARTBEAT_SECONDS = 10;
/** For the connection and its handshake. */
const CONNECT_TIMEOUT_MS = 5_000;
/** For the broker's answer to a close. */
const CLOSE_TIMEOUT_MS = 1_000;

export interface BrokerConnection {
  /** amqplib's connection. */
  readonly model: ChannelModel;
  /** Resolves when the connection is closed, for any reason. */
  readonly closed: Promise<void>;
  /** Closes the connection, and destroys it when the broker does not answer. */
  close(): Promise<void>;
}

/**
 * Connects to an AMQP broker.
 * @param onError is called with errors of the connection
 * @throws Error when the broker cannot be reached
 */
export async function connectToBroker(
  url: string,
  onError: (error: Error) => void,
): Promise<BrokerConnection> {
  const address = new URL(url);
  if (!address.searchParams.has('heartbeat'))
    address.searchParams.set('heartbeat', String(HEARTBEAT_SECONDS));
  const model = await connect(address.href, { timeout: CONNECT_TIMEOUT_MS });
  model.on('error', onError);
  const closed = new Promise<void>((resolve) => {
    model.once('close', (error?: Error) => {
      if (error) onError(error);
      resolve();
    });
  });
  let closing: Promise<void> | null = null;
  return {
    model,
    closed,
    close: () => {
      closing ??= close(model, closed);
      return closing;
    },
  };
}

async function close(model: ChannelModel, closed: Promise<void>): Promise<void> {
  // amqplib does not declare its socket.
  const { stream } = model.connection as unknown as { stream: Duplex };
  const timer = setTimeout(() => stream.destroy(new Error('the broker does not answer')), CLOSE_TIMEOUT_MS);
  model.close().catch(() => {});
  await closed;
  clearTimeout(timer);
  stream.destroy();
}
