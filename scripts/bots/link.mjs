/** A connection to the broker that ends in time, whatever the broker does. */
import { connect } from 'amqplib';

/** Seconds: a broker that says nothing for twice as long is gone. */
const HEARTBEAT = 10;
/** Milliseconds for a connection and its handshake. */
const CONNECT_MS = 5_000;
/** Milliseconds for a polite end. */
const CLOSE_MS = 1_000;

/**
 * @param note is called with what goes wrong
 * @returns `{model, closed, close}`: amqplib's connection, a promise that resolves when it is closed, for whatever
 * reason, and a function that closes it and resolves then
 */
export async function openLink(url, note) {
  const address = new URL(url);
  if (!address.searchParams.has('heartbeat')) address.searchParams.set('heartbeat', String(HEARTBEAT));
  const model = await connect(address.href, { timeout: CONNECT_MS });
  model.on('error', note);
  const closed = new Promise((resolve) => {
    model.once('close', (error) => {
      if (error) note(error);
      resolve();
    });
  });
  const { stream } = model.connection;
  let closing = null;
  /** Says goodbye, and does not wait for a broker that does not answer. */
  const close = async () => {
    const timer = setTimeout(() => stream.destroy(new Error('the broker does not answer')), CLOSE_MS);
    model.close().catch(() => {});
    await closed;
    clearTimeout(timer);
    stream.destroy();
  };
  return {
    model,
    closed,
    close() {
      closing ??= close();
      return closing;
    },
  };
}
