import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

export interface Channel {
  send(message: object, socket: Socket, options: object, sent: (error: Error | null) => void): boolean;
}

/**
 * Gives a connection away to the process at the other end of the channel; here it is over. What this process has read
 * from it already must be part of the message.
 * @param sent is called when it is on its way. If the other process ends before, that may never be: destroy it then.
 */
export function sendConnection(
  channel: Channel,
  message: object,
  socket: Socket,
  sent: () => void = () => {},
): void {
  socket.on('error', () => {});
  // For a moment both processes hold the connection. If Node read from it here it would throw away what comes; there
  // is no public way to stop that.
  (socket as { _handle?: { readStop(): void } })._handle?.readStop();
  // Node would go on counting the connection among those of the server that accepted it, and ask the other process
  // when it has ended, before that server may close. Without the reference it does not.
  Object.assign(socket, { server: null });
  // Left to itself (without `keepOpen`) Node closes it here when the other process has confirmed it, and so never, if
  // that one is killed meanwhile: the client would wait in vain.
  channel.send(message, socket, { keepOpen: true }, () => {
    socket.destroy();
    sent();
  });
}

/** The request as it came over the connection, so that another process can read it again. */
export function requestBytes({ method, url, httpVersion, rawHeaders }: IncomingMessage): Buffer {
  let text = `${method} ${url} HTTP/${httpVersion}\r\n`;
  for (let i = 0; i < rawHeaders.length; i += 2) text += `${rawHeaders[i]}: ${rawHeaders[i + 1]}\r\n`;
  return Buffer.from(`${text}\r\n`, 'latin1');
}
