import { isIP } from 'node:net';
import type { DatabaseAddress } from '../database-address.js';
import { type Connection, r } from './reql.js';

/** Seconds to wait for a connection and its handshake. The driver waits as long where the line breaks in between. */
const CONNECT_TIMEOUT = 4;

/**
 * The two connections to the database. Feeds and ordinary queries are kept apart, because a busy feed must not
 * delay inserts; but they live and die together, so that there is one answer to "is the database there?".
 */
export interface Link {
  queries: Connection;
  feeds: Connection;
  /** Drops both at once. */
  destroy(): void;
}

/**
 * Opens both connections.
 * @param onLost called once when either is lost after both were open, also after `destroy()`
 */
export async function openLink(address: DatabaseAddress, onLost: (reason: Error) => void): Promise<Link> {
  const [queries, feeds] = await Promise.allSettled([connect(address), connect(address)]);
  if (queries.status === 'rejected' || feeds.status === 'rejected') {
    for (const each of [queries, feeds]) if (each.status === 'fulfilled') cut(each.value);
    throw queries.status === 'rejected' ? queries.reason : (feeds as PromiseRejectedResult).reason;
  }
  const connections = [queries.value, feeds.value];
  let lost = false;
  const lose = (reason: Error) => {
    if (lost) return;
    lost = true;
    for (const connection of connections) cut(connection);
    onLost(reason);
  };
  for (const connection of connections) {
    connection.on('close', () => lose(new Error('the connection was closed')));
    connection.on('timeout', () => lose(new Error('the connection timed out')));
    connection.on('error', (error: Error) => lose(error));
  }
  return {
    queries: queries.value,
    feeds: feeds.value,
    destroy: () => lose(new Error('the connection was dropped')),
  };
}

async function connect(address: DatabaseAddress): Promise<Connection> {
  const { host, port, db, user, password, tls } = address;
  const connection: Connection = await r.connect({
    host,
    port,
    db,
    user,
    password,
    timeout: CONNECT_TIMEOUT,
    // TLS does not allow addresses as names.
    ...(tls && { ssl: { ca: tls.ca, servername: isIP(host) ? undefined : host } }),
  });
  // An `error` event without a listener would end the process.
  connection.on('error', () => {});
  return connection;
}

/** Closes without waiting for anything. The driver answers what is outstanding with an error. */
function cut(connection: Connection): void {
  connection.close({ noreplyWait: false }).catch(() => {});
}
