import { isUtf8 } from 'node:buffer';
import express, { type Request, Router } from 'express';
import { ChatError } from '../../protocol/errors.js';

/** The longest message fits even if each character is escaped. */
export const MAX_BODY_BYTES = 64 * 1024;

/** Parses a body of JSON, a form or plain text, by its `Content-Type`. */
export const requestBody = Router().use(
  // Not strict, so that JSON that is not an object is reported as such, and not as a syntax error.
  express.json({
    limit: MAX_BODY_BYTES,
    verify,
    strict: false,
    type: ['application/json', 'application/*+json'],
  }),
  express.urlencoded({ limit: MAX_BODY_BYTES, verify, extended: false }),
  express.text({ limit: MAX_BODY_BYTES, verify, type: 'text/plain' }),
);

/**
 * The fields of a request body. Plain text sets the field `plainTextField`; without one it is refused.
 * @throws ChatError `unsupported-media-type`, `bad-request`
 */
export function readFields(req: Request, plainTextField: string | undefined): Record<string, unknown> {
  const body: unknown = req.body;
  if (typeof body === 'string' && req.is('text/plain')) {
    if (plainTextField === undefined) throw unsupported('');
    return { [plainTextField]: body };
  }
  if (isRecord(body)) return body;
  if (body !== undefined) throw new ChatError('bad-request', 'the request body must be a JSON object');
  if (!hasBody(req)) throw new ChatError('bad-request', 'the request needs a body');
  throw unsupported(plainTextField === undefined ? '' : ' or text/plain');
}

/**
 * Decoders replace invalid bytes by U+FFFD: the text that is stored would not be the text that was sent. The error is one of
 * body-parser's kind, which it completes.
 */
function verify(_req: unknown, _res: unknown, body: Buffer, encoding: string): void {
  if (/^utf-?8$/i.test(encoding) && !isUtf8(body))
    throw Object.assign(new Error('invalid UTF-8'), { status: 400, type: 'encoding.invalid' });
}

function unsupported(more: string): ChatError {
  const types = `application/json or application/x-www-form-urlencoded${more}`;
  return new ChatError('unsupported-media-type', `the request body must be ${types}`, {
    field: 'Content-Type',
  });
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const hasBody = (req: Request) =>
  req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0;
