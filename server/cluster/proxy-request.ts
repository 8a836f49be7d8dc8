import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';

/** Headers that apply to a single connection. */
const HOP_BY_HOP_HEADERS = ['connection', 'keep-alive', 'transfer-encoding'];

/** Appends the client's address, which the other worker needs for limits. */
function forwardedFor({ headers, socket }: IncomingMessage): string {
  return [headers['x-forwarded-for'] ?? [], socket.remoteAddress ?? 'unknown'].flat().join(', ');
}

/**
 * Forwards a request to the server that listens on a Unix socket, and its response to the client.
 * @param answerLocally called if that server cannot be reached, or fails before its response begins
 */
export function proxyRequest(
  socketPath: string,
  incoming: IncomingMessage,
  response: ServerResponse,
  answerLocally: () => void,
): void {
  const outgoing = request({
    socketPath,
    method: incoming.method,
    path: incoming.url,
    // One connection per request, which this side closes after the response. If the other side closed it, this side
    // could still be writing and would mistake the error for a dead worker.
    agent: false,
    headers: { ...incoming.headers, 'x-forwarded-for': forwardedFor(incoming), connection: 'keep-alive' },
  });
  response.once('close', () => outgoing.destroy());
  outgoing.once('response', (answer) => {
    const headers = Object.entries(answer.headers).filter(([name]) => !HOP_BY_HOP_HEADERS.includes(name));
    response.writeHead(answer.statusCode ?? 502, Object.fromEntries(headers));
    pipeline(answer, response, () => {});
  });
  outgoing.on('error', () => {
    if (response.headersSent) response.destroy();
    else if (!response.destroyed) answerLocally();
  });
  incoming.pipe(outgoing);
}
