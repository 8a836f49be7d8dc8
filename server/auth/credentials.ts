import { parseCookie } from 'cookie';
import { ChatError } from '../protocol/errors.js';

/** What a request or a socket brings along to show who sends it. */
export interface Credentials {
  cookieHeader?: string;
  /**
   * From an `Authorization` header (see `bearerToken`), or from the query or the first frame of a socket, as it came.
   * It goes before a cookie. Queries of plain requests are no place for it: they end up in logs and histories.
   */
  bearerToken?: unknown;
  /** The client's address, for limits; undefined where it is not known. */
  address?: string;
}

/** The cookie that carries a token for pages, where no script adds a header. */
export const TOKEN_COOKIE = 'changeroom_token';

/** Characters; those of issuers that put all groups of a user into a token have some thousands. */
export const MAX_TOKEN = 8192;

/** RFC 6750, 2.1. Nothing else could be put into a header again as it is. */
const TOKEN = /^[\w.~+/-]+=*$/;

/** The token of a header `Authorization: Bearer …`; undefined where there is none, or another scheme. */
export function bearerToken(authorization: string | undefined): string | undefined {
  const [, token] = /^bearer +(.*)$/i.exec(authorization ?? '') ?? [];
  return token?.trimEnd();
}

/** @throws ChatError `login-required` without a token, `bad-token` where it has not the form of one */
export function tokenOf({ cookieHeader, bearerToken }: Credentials): string {
  const token = bearerToken || (cookieHeader && parseCookie(cookieHeader)[TOKEN_COOKIE]);
  if (!token) throw new ChatError('login-required', 'log in to come in here');
  if (typeof token !== 'string') throw badToken();
  if (token.length > MAX_TOKEN) {
    throw new ChatError('bad-token', `the token is longer than ${MAX_TOKEN} characters`, {
      field: 'token',
      limit: MAX_TOKEN,
    });
  }
  if (!TOKEN.test(token)) throw badToken();
  return token;
}

/** Says nothing of the reason: to whoever tries tokens out, each reason would be a hint. */
export function badToken(): ChatError {
  return new ChatError('bad-token', 'the token is not valid here', { field: 'token' });
}

export function tokenExpired(): ChatError {
  return new ChatError('token-expired', 'the token has expired', { field: 'token' });
}
