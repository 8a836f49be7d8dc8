import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

export interface Channel {
  send(message: object, socket: Socket, options: object, sent: (error: Error | null) => void): boolean;
}

/**
 * Transfers a connection to the process at the other end of the channel; this process closes its own handle. Bytes
 * that this process has read from the connection must be part of the message.
 * @param sent called when the transfer is complete. If the other process exits before, it may never be called: destroy
 * the socket then.
 */
export function transferConnection(
  channel: Channel,
  message: object,
  socket: Socket,
  sent: () => void = () => {},
): void {
  socket.on('error', () => {});
  // Both processes hold the connection for a moment. Node would discard what it reads here, and has no public way to
  // stop reading.
  (socket as { _handle?: { readStop(): void } })._handle?.readStop();
  // Otherwise Node counts the connection among those of the server that accepted it, and that server can only close
  // after the other process has reported the end of the connection.
  Object.assign(socket, { server: null });
  // Without `keepOpen`, Node closes the connection here when the other process has confirmed it. If that process is
  // killed before, the connection would stay open and the client would wait forever.
  channel.send(message, socket, { keepOpen: true }, () => {
    socket.destroy();
    sent();
  });
}

/** Serialises the head of a request as it was received, so that another process can parse it again. */
export function requestBytes({ method, url, httpVersion, rawHeaders }: IncomingMessage): Buffer {
  let text = `${method} ${url} HTTP/${httpVersion}\r\n`;
  for (let i = 0; i < rawHeaders.length; i += 2) text += `${rawHeaders[i]}: ${rawHeaders[i + 1]}\r\n`;
  return Buffer.from(`${text}\r\n`, 'latin1');
}
