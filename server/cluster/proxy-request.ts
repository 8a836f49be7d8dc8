import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';

/** Headers that are between two ends of one connection. */
const HOP_BY_HOP = ['connection', 'keep-alive', 'transfer-encoding'];

/** As a proxy adds it: the other worker counts by addresses too. */
function forwardedFor({ headers, socket }: IncomingMessage): string {
  return [headers['x-forwarded-for'] ?? [], socket.remoteAddress ?? 'unknown'].flat().join(', ');
}

/**
 * Passes a request on to the server that listens at a Unix socket, and its answer back.
 * @param answerHere is called when that server is gone, or goes before it has begun to answer
 */
export function proxyRequest(
  socketPath: string,
  incoming: IncomingMessage,
  response: ServerResponse,
  answerHere: () => void,
): void {
  const outgoing = request({
    socketPath,
    method: incoming.method,
    path: incoming.url,
    // A connection for this request alone, closed from here when it is answered. If the other side closed it, we might
    // still be writing, and would take a worker for dead that is not.
    agent: false,
    headers: { ...incoming.headers, 'x-forwarded-for': forwardedFor(incoming), connection: 'keep-alive' },
  });
  response.once('close', () => outgoing.destroy());
  outgoing.once('response', (answer) => {
    const headers = Object.entries(answer.headers).filter(([name]) => !HOP_BY_HOP.includes(name));
    response.writeHead(answer.statusCode!, Object.fromEntries(headers));
    pipeline(answer, response, () => {});
  });
  outgoing.on('error', () => {
    if (response.headersSent) response.destroy();
    else if (!response.destroyed) answerHere();
  });
  incoming.pipe(outgoing);
}
