import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

interface Channel {
  send(message: object, socket: Socket, options: object, sent: (error: Error | null) => void): boolean;
}

/**
 * Gives a connection away to the process at the other end of the channel; here it is over. What this process has read
 * from it already must be part of the message. If the other process is gone, the connection is closed.
 */
export function sendConnection(channel: Channel, message: object, socket: Socket): void {
  socket.on('error', () => {});
  // Both processes hold the connection until the other one has confirmed it. Node goes on reading from it here and
  // throws away what comes, so that has to be stopped; there is no public way to do it.
  (socket as { _handle?: { readStop(): void } })._handle?.readStop();
  // Node would go on counting the connection among those of the server that accepted it, and ask the other process
  // when it has ended, before that server may close. Without the reference it does not; destroying what is left of the
  // socket here takes it off the server's count.
  Object.assign(socket, { server: null });
  channel.send(message, socket, {}, () => socket.destroy());
}

/** The request as it came over the connection, so that another process can read it again. */
export function requestBytes({ method, url, httpVersion, rawHeaders }: IncomingMessage): Buffer {
  let text = `${method} ${url} HTTP/${httpVersion}\r\n`;
  for (let i = 0; i < rawHeaders.length; i += 2) text += `${rawHeaders[i]}: ${rawHeaders[i + 1]}\r\n`;
  return Buffer.from(`${text}\r\n`, 'latin1');
}
