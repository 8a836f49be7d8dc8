import { isIP, type Socket } from 'node:net';
import type { DatabaseAddress, DatabaseHost } from '../../config/database-url.js';
import { type DriverConnection, r } from './reql.js';

/**
 * The two connections to one host of the database. Feeds and ordinary queries are kept apart, because a busy feed must
 * not delay inserts; but they live and die together, so that there is one answer to "is the database there?".
 */
export interface DatabaseLink {
  readonly host: DatabaseHost;
  readonly queries: DriverConnection;
  readonly feeds: DriverConnection;
  /** Drops both at once. */
  destroy(reason?: string): void;
  /**
   * Resolves with the answer to a query on this link; drops the link when it does not come in time.
   * @param task what is waited for, for the reason
   */
  within<T>(ms: number, task: string, answer: Promise<T>): Promise<T>;
}

/**
 * Opens both connections.
 * @param timeoutMs for each connection with its handshake
 * @param onLost called once when either is lost after both were open, also after `destroy()`
 */
export async function openDatabaseLink(
  address: DatabaseAddress,
  host: DatabaseHost,
  timeoutMs: number,
  onLost: (reason: Error) => void,
): Promise<DatabaseLink> {
  const both = [connect(address, host, timeoutMs), connect(address, host, timeoutMs)] as const;
  const [queries, feeds] = await Promise.allSettled(both);
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
  const destroy = (reason = 'the connection was dropped') => lose(new Error(reason));
  return {
    host,
    queries: queries.value,
    feeds: feeds.value,
    destroy,
    within: async (ms, task, answer) => {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => {
          const reason = `no answer within ${ms} ms: ${task}`;
          reject(new Error(reason));
          destroy(reason);
        }, ms);
      });
      try {
        return await Promise.race([answer, late]);
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
    // TLS does not allow addresses as names.
    ...(tls && { ssl: { ca: tls.ca, servername: isIP(host) ? undefined : host } }),
  };
  return new Promise((resolve, reject) => {
    // What `r.connect` does, but with the connection at hand while it is being opened.
    const connection = new r.net.TcpConnection(options, (error: Error | null, opened: DriverConnection) => {
      if (!error) return resolve(opened);
      connection.rawSocket?.destroy();
      reject(error);
    });
    // An `error` event without a listener would end the process.
    connection.on('error', () => {});
    connection.on('close', () => reject(new Error('the connection was closed during the handshake')));
    guard(connection.rawSocket);
  });
}

/** The driver throws in the socket's events when an answer is not of its protocol, which would end the process. */
function guard(socket: Socket): void {
  const emit = socket.emit.bind(socket) as (...event: unknown[]) => boolean;
  socket.emit = (...event: unknown[]) => {
    try {
      return emit(...event);
    } catch (error) {
      socket.destroy(error as Error);
      return false;
    }
  };
}

/** Closes without waiting for anything. The driver answers what is outstanding with an error. */
function cut(connection: DriverConnection): void {
  connection.close({ noreplyWait: false }).catch(() => {});
}
