import type { IncomingMessage } from 'node:http';

const deadlines = new WeakMap<IncomingMessage, NodeJS.Timeout>();

/**
 * Limits the time in which the body of a request is received. Node's own limit is one for all requests, and uploads take longer.
 * @param expired called when the body is not complete in time
 */
export function limitBody(request: IncomingMessage, ms: number, expired: () => void): void {
  const { headers } = request;
  if (headers['transfer-encoding'] === undefined && !(Number(headers['content-length']) > 0)) return;
  const timer = setTimeout(() => request.complete || expired(), ms);
  timer.unref();
  deadlines.set(request, timer);
  const clear = () => clearTimeout(timer);
  request.once('end', clear);
  request.socket.once('close', clear);
  // The next request of the connection has a deadline of its own.
  request.once('close', () => {
    request.socket.off('close', clear);
    if (request.complete) clear();
  });
}

/** Begins the time again: a part of an upload has arrived. */
export function extendBody(request: IncomingMessage): void {
  deadlines.get(request)?.refresh();
}
