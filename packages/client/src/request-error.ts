import type { ErrorCode } from './frames.js';

export interface RequestErrorDetails {
  /** The field at fault. */
  field?: string | undefined;
  /** The limit that was exceeded, in the unit that the message names. */
  limit?: number | undefined;
  /** Milliseconds after which a retry makes sense. */
  retryAfterMs?: number | undefined;
}

/** The server refused a request. docs/errors.md of the server explains each code. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  readonly code: ErrorCode;
  readonly details: RequestErrorDetails;

  constructor(code: ErrorCode, message: string, details: RequestErrorDetails = {}) {
    super(message);
    this.code = code;
    this.details = details;
  }
}

/** The connection was lost, or the request could not be sent. A request that was sent may have been handled. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
}

const AUTHENTICATION_CODES: readonly ErrorCode[] = [
  'login-required',
  'bad-token',
  'token-expired',
  'session-ended',
];

/** Whether an error means that the server does not know, or no longer knows, the user of the socket. */
export function isAuthenticationError(code: ErrorCode): boolean {
  return AUTHENTICATION_CODES.includes(code);
}

/** The user may not read the room: a private room answers as if it did not exist. */
export function isNoAccess(code: ErrorCode | undefined): boolean {
  return code === 'not-a-member' || code === 'no-such-room';
}
