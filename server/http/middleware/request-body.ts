import express, { type Request, Router } from 'express';
import { ChatError } from '../../protocol/errors.js';

/** Largest request body in bytes; the longest message fits even when each character is escaped. */
export const BODY_LIMIT = 64 * 1024;

/** Reads a body of JSON, of a form, or of plain text, as the request says which it is. */
export const requestBody = Router().use(
  // Not strict: that JSON is not an object deserves a better answer than that it is not JSON.
  express.json({ limit: BODY_LIMIT, strict: false, type: ['application/json', 'application/*+json'] }),
  express.urlencoded({ limit: BODY_LIMIT, extended: false }),
  express.text({ limit: BODY_LIMIT, type: 'text/plain' }),
);

/**
 * The fields of a request body. Plain text is taken as the field `plainTextField`; without one it is refused.
 * @throws ChatError `unsupported-media-type`, `bad-request`
 */
export function readFields(req: Request, plainTextField: string | undefined): Record<string, unknown> {
  const body: unknown = req.body;
  if (typeof body === 'string' && req.is('text/plain')) {
    if (plainTextField === undefined) throw unsupported('');
    return { [plainTextField]: body };
  }
  if (typeof body === 'object' && body !== null && !Array.isArray(body))
    return body as Record<string, unknown>;
  if (body !== undefined) throw new ChatError('bad-request', 'the request body must be a JSON object');
  if (!hasBody(req)) throw new ChatError('bad-request', 'the request needs a body');
  throw unsupported(plainTextField === undefined ? '' : ' or text/plain');
}

function unsupported(more: string): ChatError {
  const types = `application/json or application/x-www-form-urlencoded${more}`;
  return new ChatError('unsupported-media-type', `the request body must be ${types}`, {
    field: 'Content-Type',
  });
}

const hasBody = (req: Request) =>
  req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0;
