import { createHash, randomBytes } from 'node:crypto';
import { parseCookie, stringifySetCookie } from 'cookie';

/** The cookie of a login session. Its value is random; the database has a digest of it. */
export const SESSION_COOKIE = 'changeroom_session';

/** Browsers accept a cookie with this prefix only over https, from this host, and for all of its paths (RFC 6265bis, 4.1.3.2). */
const HOST_PREFIX = '__Host-';
const VALUE_BYTES = 32;
const VALUE = /^[\w-]{43}$/;
/** The database decides when a session ends; browsers keep cookies for 400 days at most. */
const MAX_AGE_SECONDS = 400 * 24 * 60 * 60;

/** The attributes of all cookies of the login. */
export const cookieOptions = (isSecure: boolean) =>
  ({ httpOnly: true, sameSite: 'lax', secure: isSecure, path: '/' }) as const;

/** The name of a cookie over https or http. */
export const cookieName = (name: string, isSecure: boolean) => (isSecure ? HOST_PREFIX + name : name);

export interface NewCookie {
  /** Id of the session's row. */
  id: string;
  /** Value of a `Set-Cookie` header. */
  setCookie: string;
}

/** @param isSecure whether the request came by https */
export function newSessionCookie(isSecure: boolean): NewCookie {
  const name = cookieName(SESSION_COOKIE, isSecure);
  const value = randomBytes(VALUE_BYTES).toString('base64url');
  const setCookie = stringifySetCookie(name, value, { ...cookieOptions(isSecure), maxAge: MAX_AGE_SECONDS });
  return { id: idOf(name, value), setCookie };
}

/** Id of the session that a `Cookie` header names; null without one; empty, which is no session's id, for a malformed one. */
export function sessionIdOf(cookieHeader: string | undefined): string | null {
  if (!cookieHeader?.includes(SESSION_COOKIE)) return null;
  const cookies = parseCookie(cookieHeader);
  for (const isSecure of [true, false]) {
    const name = cookieName(SESSION_COOKIE, isSecure);
    const value = cookies[name];
    if (value !== undefined) return VALUE.test(value) ? idOf(name, value) : '';
  }
  return null;
}

/** Values of `Set-Cookie` headers that delete a cookie, with and without the prefix. */
export function clearedCookies(name: string, isSecure: boolean): string[] {
  // Over http, browsers reject cookies with the prefix.
  return (isSecure ? [true, false] : [false]).map((secure) =>
    stringifySetCookie(cookieName(name, secure), '', { ...cookieOptions(secure), maxAge: 0 }),
  );
}

/**
 * The name is part of the digest: a value that was issued over https does not count in the cookie without the prefix,
 * which other hosts of the domain could set.
 */
function idOf(name: string, value: string): string {
  return createHash('sha256').update(`${name}=${value}`).digest('base64url');
}
