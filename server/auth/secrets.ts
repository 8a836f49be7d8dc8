import { createHash, timingSafeEqual } from 'node:crypto';
import { ChatError, ERRORS } from '../protocol/errors.js';
import { badToken, bearerToken } from './credentials.js';

/**
 * Lets pass who sends the secret of an address as `Authorization: Bearer`. An address whose secret is not set is not
 * there at all.
 * @throws ChatError `not-found`, `login-required`, `bad-token`
 */
export function requireSecret(secret: string | null, authorization: string | undefined): void {
  if (!secret) throw new ChatError('not-found', ERRORS['not-found'].title);
  const token = bearerToken(authorization);
  if (!token) throw new ChatError('login-required', 'this address needs its secret as a bearer token');
  if (!equal(token, secret)) throw badToken();
}

/** Takes as long whatever is the same: digests have one length, and tell nothing of how far their texts agree. */
export function equal(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
