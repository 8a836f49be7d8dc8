import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Headers of responses to pages of ALLOWED_ORIGINS, by the CORS protocol (https://fetch.spec.whatwg.org/#cors-protocol).
 * Credentials are not allowed, so that a browser sends no cookie. The package cors is not used, because responses of the
 * gate and of engine.io do not pass through Express.
 */

/** Headers that a request may have. */
const REQUEST_HEADERS = 'Authorization, Cache-Control, Content-Type, If-None-Match, Last-Event-ID';
/** Headers that a page may read, in addition to those that browsers always allow. */
const EXPOSED_HEADERS = [
  'Allow',
  'Changeroom-Notice',
  'ETag',
  'Link',
  'Location',
  'Presence-Partial',
  'Retry-After',
  'Total-Count',
  'WWW-Authenticate',
  'X-Request-Id',
].join(', ');
/** How long a browser caches the answer to a preflight request. Chromium caches none for longer. */
const PREFLIGHT_MAX_AGE_SECONDS = 7_200;

/** Lets pages of an allowed origin read the response, whichever part of the server answers. */
export function allowReading(response: ServerResponse, origin: string): void {
  response.setHeader('Access-Control-Allow-Origin', origin);
  response.setHeader('Access-Control-Expose-Headers', EXPOSED_HEADERS);
}

/** Adds the headers that answer a preflight request, if the request is one and its origin is allowed. */
export function allowMethods(request: IncomingMessage, response: ServerResponse, methods: string): boolean {
  const isPreflight =
    request.method === 'OPTIONS' &&
    request.headers['access-control-request-method'] !== undefined &&
    response.hasHeader('Access-Control-Allow-Origin');
  if (!isPreflight) return false;
  response.setHeader('Access-Control-Allow-Methods', methods);
  response.setHeader('Access-Control-Allow-Headers', REQUEST_HEADERS);
  response.setHeader('Access-Control-Max-Age', PREFLIGHT_MAX_AGE_SECONDS);
  return true;
}
