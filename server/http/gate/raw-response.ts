import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ChatError } from '../../protocol/errors.js';
import { toProblem } from '../middleware/problems.js';

/** Time for a client to read the response and to close the connection. */
const LINGER_MS = 1_000;

/** The headers and the body of a refusal, as problem+json. */
export function refusalResponse(error: ChatError): {
  headers: Record<string, string | number>;
  body: string;
} {
  const body = JSON.stringify(toProblem(error));
  const headers = {
    'Content-Type': 'application/problem+json; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    ...(error.code === 'bad-upgrade' && { Upgrade: 'websocket' }),
    Connection: error.code === 'bad-upgrade' ? 'Upgrade, close' : 'close',
  };
  return { headers, body };
}

/** Writes a response to a connection that Node's HTTP server no longer handles, and ends it. */
export function respondRaw(socket: Duplex, error: ChatError): void {
  const { headers, body } = refusalResponse(error);
  const { status } = error;
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  endWithin(socket);
  if (socket.writable)
    socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`);
  else socket.destroy();
}

/**
 * Destroys a connection that the client does not close within `ms` after the last byte. Destroying it at once could lose the
 * response: the operating system resets a connection with unread input.
 */
export function endWithin(socket: Duplex, ms = LINGER_MS): void {
  socket.on('error', () => {});
  socket.once('finish', () => {
    socket.resume();
    const timer = setTimeout(() => socket.destroy(), ms);
    timer.unref();
    socket.once('close', () => clearTimeout(timer));
  });
}
