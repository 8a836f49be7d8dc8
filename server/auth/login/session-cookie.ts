import { createHash, randomBytes } from 'node:crypto';
import { parseCookie, stringifySetCookie } from 'cookie';

/** The cookie of a login session. Its value is random; the database has a digest of it. */
export const SESSION_COOKIE = 'changeroom_session';

/** The same for a guest with a secured name. The database cannot take one for the other: the digests contain the names. */
export const GUEST_SESSION_COOKIE = 'changeroom_guest_session';

/** Takes the place of a cookie's name in the digest of a bearer token. */
const BEARER = 'bearer';

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

/**
 * @param isSecure whether the request came by https
 * @param base `SESSION_COOKIE` or `GUEST_SESSION_COOKIE`
 */
export function newSessionCookie(isSecure: boolean, base: string = SESSION_COOKIE): NewCookie {
  const name = cookieName(base, isSecure);
  const value = randomBytes(VALUE_BYTES).toString('base64url');
  return { id: idOf(name, value), setCookie: setCookieOf(name, value, isSecure) };
}

/** A session for clients without cookies. `token`: their bearer token. */
export function newSessionToken(): { id: string; token: string } {
  const token = randomBytes(VALUE_BYTES).toString('base64url');
  return { id: idOf(BEARER, token), token };
}

/** Id of the session that a bearer token names; null for a token of another form. */
export function sessionIdOfToken(token: string): string | null {
  return VALUE.test(token) ? idOf(BEARER, token) : null;
}

/** Id of the session that a `Cookie` header names; null without one; empty, which is no session's id, for a malformed one. */
export function sessionIdOf(cookieHeader: string | undefined, base: string = SESSION_COOKIE): string | null {
  const cookie = sessionCookieIn(cookieHeader, base);
  if (!cookie) return null;
  return VALUE.test(cookie.value) ? idOf(cookie.name, cookie.value) : '';
}

/** The value of a `Set-Cookie` header that lets a browser keep its cookie for longer; null without a cookie. */
export function extendedSessionCookie(
  cookieHeader: string | undefined,
  base: string,
  isSecure: boolean,
): string | null {
  const cookie = sessionCookieIn(cookieHeader, base);
  return cookie && setCookieOf(cookie.name, cookie.value, isSecure || cookie.name.startsWith(HOST_PREFIX));
}

function sessionCookieIn(cookieHeader: string | undefined, base: string) {
  if (!cookieHeader?.includes(base)) return null;
  const cookies = parseCookie(cookieHeader);
  for (const isSecure of [true, false]) {
    const name = cookieName(base, isSecure);
    const value = cookies[name];
    if (value !== undefined) return { name, value };
  }
  return null;
}

function setCookieOf(name: string, value: string, isSecure: boolean): string {
  return stringifySetCookie(name, value, { ...cookieOptions(isSecure), maxAge: MAX_AGE_SECONDS });
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
