import { createHash, timingSafeEqual } from 'node:crypto';
import { ChatError, ERRORS } from '../protocol/errors.js';
import { badToken, bearerToken } from './credentials.js';

/**
 * Requires the secret of an endpoint as `Authorization: Bearer`. Without a configured secret the endpoint does not exist.
 * @throws ChatError `not-found`, `login-required`, `bad-token`
 */
export function requireSecret(secret: string | null, authorization: string | undefined): void {
  if (!secret) throw new ChatError('not-found', ERRORS['not-found'].title);
  const token = bearerToken(authorization);
  if (!token) throw new ChatError('login-required', 'this endpoint requires a bearer token');
  if (!isSameSecret(token, secret)) throw badToken();
}

/** Compares in constant time. Hashing first hides the lengths. */
export function isSameSecret(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
