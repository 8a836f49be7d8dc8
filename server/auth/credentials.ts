import { parseCookie } from 'cookie';
import { ChatError } from '../protocol/errors.js';

/** The credentials of a request or socket. */
export interface Credentials {
  cookieHeader?: string | undefined;
  /**
   * Unvalidated, from the `Authorization` header (see `bearerToken`), or from the query or first frame of a socket. Takes
   * precedence over a cookie. Not from queries of other requests, which end up in logs and browser histories.
   */
  bearerToken?: unknown;
  /** The client's address, for limits. */
  address?: string | undefined;
}

/** The cookie that carries a token for pages, whose requests have no `Authorization` header. */
export const TOKEN_COOKIE = 'changeroom_token';

/** In characters. Issuers that put all groups of a user into a token reach several thousand. */
export const MAX_TOKEN_LENGTH = 8192;

/** RFC 6750, section 2.1. Other characters could not be sent in a header. */
const TOKEN = /^[\w.~+/-]+=*$/;

/** The token of an `Authorization: Bearer …` header; undefined without one or with another scheme. */
export function bearerToken(authorization: string | undefined): string | undefined {
  const [, token] = /^bearer +(.*)$/i.exec(authorization ?? '') ?? [];
  return token?.trimEnd();
}

/** @throws ChatError `login-required` without a token, `bad-token` if it is malformed */
export function tokenOf({ cookieHeader, bearerToken }: Credentials): string {
  const token = bearerToken || (cookieHeader && parseCookie(cookieHeader)[TOKEN_COOKIE]);
  if (!token) throw new ChatError('login-required', 'log in first: this server requires a token');
  if (typeof token !== 'string') throw badToken();
  if (token.length > MAX_TOKEN_LENGTH) {
    throw new ChatError('bad-token', `the token is longer than ${MAX_TOKEN_LENGTH} characters`, {
      field: 'token',
      limit: MAX_TOKEN_LENGTH,
    });
  }
  if (!TOKEN.test(token)) throw badToken();
  return token;
}

/** Whether a cookie has a token, valid or not. */
export function hasTokenCookie({ cookieHeader }: Credentials): boolean {
  return Boolean(cookieHeader && parseCookie(cookieHeader)[TOKEN_COOKIE]);
}

/** Does not contain the reason, which would help an attacker who tries tokens. */
export function badToken(): ChatError {
  return new ChatError('bad-token', 'the token is invalid', { field: 'token' });
}

export function tokenExpired(): ChatError {
  return new ChatError('token-expired', 'the token has expired', { field: 'token' });
}
