import { isIP, type Socket } from 'node:net';
import type { DatabaseAddress, DatabaseHost } from '../../config/database-url.js';
import { r } from './reql.js';
import type { DriverConnection } from './reql-types.js';

/**
 * The two connections to one host of the database: one for changefeeds and one for queries, because a busy feed must not
 * delay inserts. When one is lost the other is closed too, so that the link has one state.
 */
export interface DatabaseLink {
  readonly host: DatabaseHost;
  readonly queries: DriverConnection;
  readonly feeds: DriverConnection;
  /** Closes both connections at once. */
  destroy(reason?: string): void;
  /**
   * Resolves with the answer to a query on this link. Closes the link when there is no answer in time.
   * @param task names the query in the reason
   */
  within<T>(ms: number, task: string, answer: Promise<T>): Promise<T>;
}

/**
 * Opens both connections.
 * @param timeoutMs milliseconds for each connection with its handshake
 * @param onLost called once when either connection is lost after both were open, also after `destroy()`
 */
export async function openDatabaseLink(
  address: DatabaseAddress,
  host: DatabaseHost,
  timeoutMs: number,
  onLost: (reason: Error) => void,
): Promise<DatabaseLink> {
  const opening = [connect(address, host, timeoutMs), connect(address, host, timeoutMs)] as const;
  const [queries, feeds] = await Promise.allSettled(opening);
  if (queries.status === 'fulfilled' && feeds.status === 'fulfilled')
    return linkOf(host, queries.value, feeds.value, onLost);
  for (const each of [queries, feeds]) if (each.status === 'fulfilled') closeNow(each.value);
  throw [queries, feeds].find((each) => each.status === 'rejected')?.reason;
}

function linkOf(
  host: DatabaseHost,
  queries: DriverConnection,
  feeds: DriverConnection,
  onLost: (reason: Error) => void,
): DatabaseLink {
  const connections = [queries, feeds];
  let isLost = false;
  const lose = (reason: Error) => {
    if (isLost) return;
    isLost = true;
    for (const connection of connections) closeNow(connection);
    onLost(reason);
  };
  for (const connection of connections) {
    connection.on('close', () => lose(new Error('the connection was closed')));
    connection.on('timeout', () => lose(new Error('the connection timed out')));
    connection.on('error', (error: Error) => lose(error));
  }
  const destroy = (reason = 'the connection was closed by this process') => lose(new Error(reason));
  return {
    host,
    queries,
    feeds,
    destroy,
    within: async (ms, task, answer) => {
      let timer: NodeJS.Timeout | undefined;
      const timeout = new Promise<never>((_, reject) => {
        timer = setTimeout(() => {
          const reason = `no answer within ${ms} ms: ${task}`;
          reject(new Error(reason));
          destroy(reason);
        }, ms);
      });
      try {
        return await Promise.race([answer, timeout]);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

function connect(
  address: DatabaseAddress,
  { host, port }: DatabaseHost,
  timeoutMs: number,
): Promise<DriverConnection> {
  const { db, user, password, tls } = address;
  const options = {
    host,
    port,
    db,
    user,
    password,
    timeout: timeoutMs / 1000,
    // TLS does not allow an IP address as the server name.
    ...(tls && { ssl: { ca: tls.ca, servername: isIP(host) ? undefined : host } }),
  };
  return new Promise((resolve, reject) => {
    // As `r.connect` does, but with access to the socket before the handshake is done.
    const connection = new r.net.TcpConnection(options, (error, opened) => {
      if (!error) return resolve(opened);
      connection.rawSocket.destroy();
      reject(error);
    });
    // An `error` event without a listener would end the process.
    connection.on('error', () => {});
    connection.on('close', () => reject(new Error('the connection was closed during the handshake')));
    catchListenerErrors(connection.rawSocket);
  });
}

/** Closes the socket when a listener throws. The driver's listeners do for answers of another protocol. */
function catchListenerErrors(socket: Socket): void {
  const emit = socket.emit.bind(socket) as (...event: unknown[]) => boolean;
  socket.emit = (...event: unknown[]) => {
    try {
      return emit(...event);
    } catch (error) {
      socket.destroy(error instanceof Error ? error : new Error(String(error)));
      return false;
    }
  };
}

/** Closes without waiting. The driver rejects queries without an answer. */
function closeNow(connection: DriverConnection): void {
  connection.close({ noreplyWait: false }).catch(() => {});
}
