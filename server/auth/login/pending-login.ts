import { randomBytes } from 'node:crypto';
import { parseCookie, stringifySetCookie } from 'cookie';
import { ChatError } from '../../protocol/errors.js';
import type { Sealer } from './sealer.js';
import { clearedCookies, cookieName, cookieOptions } from './session-cookie.js';

/** A login that was begun and has not returned yet. */
export interface PendingLogin {
  /** Identifies the login in the callback. */
  state: string;
  /** Binds the ID token to this login. */
  nonce: string;
  /** The secret of PKCE (RFC 7636). */
  verifier: string;
  /** Where the visitor returns to. */
  path: string;
  /** Milliseconds since 1970. */
  expires: number;
}

/** Milliseconds for a visitor to sign in. */
const LOGIN_MS = 10 * 60_000;
/** Milliseconds for the redirect that completes a login with a token. */
const HANDOVER_MS = 60_000;
/** Logins of one browser at once, such as in several tabs. The oldest is dropped. */
const MAX_PENDING = 3;
const PREFIX = 'changeroom_login_';
const STATE = /^[\w-]{43}$/;

/**
 * Pending logins, each in a sealed cookie of the browser that began it. So they need no memory here, any process can
 * complete them, and no other browser can.
 */
export class PendingLogins {
  readonly #sealer: Sealer;
  readonly #now: () => number;

  constructor(sealer: Sealer, now: () => number) {
    this.#sealer = sealer;
    this.#now = now;
  }

  /** @returns the login, and the values of `Set-Cookie` headers that keep it in the browser */
  begin(path: string, cookieHeader: string | undefined, isSecure: boolean): [PendingLogin, string[]] {
    const [state, nonce, verifier] = [random(), random(), random()];
    const expires = this.#now() + LOGIN_MS;
    const sealed = this.#sealer.seal(JSON.stringify({ nonce, verifier, path, expires }), state);
    const options = { ...cookieOptions(isSecure), maxAge: LOGIN_MS / 1000 };
    const cookie = stringifySetCookie(cookieName(nameOf(state), isSecure), sealed, options);
    const dropped = pendingNames(cookieHeader, isSecure).slice(0, 1 - MAX_PENDING);
    const cleared = dropped.flatMap((name) => clearedCookies(name, isSecure));
    return [{ state, nonce, verifier, path, expires }, [...cleared, cookie]];
  }

  /**
   * The login that a callback completes; only the browser that began it has one.
   * @throws ChatError `login-failed`
   */
  find(state: unknown, cookieHeader: string | undefined, isSecure: boolean): PendingLogin {
    const isWellFormed = typeof state === 'string' && STATE.test(state);
    const sealed = isWellFormed && parseCookie(cookieHeader ?? '')[cookieName(nameOf(state), isSecure)];
    const text = sealed ? this.#sealer.open(sealed, state) : null;
    if (!isWellFormed || text === null) throw notBegun();
    const { nonce, verifier, path, expires }: Omit<PendingLogin, 'state'> = JSON.parse(text);
    if (expires <= this.#now()) throw notBegun();
    return { state, nonce, verifier, path, expires };
  }

  /**
   * Seals a new session's cookie for the request that completes a login.
   * @param state of the login, as the login page sent it
   * @throws ChatError `login-failed`
   */
  handOver(state: unknown, setCookie: string): string {
    if (typeof state !== 'string' || !STATE.test(state)) throw notBegun();
    const expires = this.#now() + HANDOVER_MS;
    return this.#sealer.seal(JSON.stringify({ setCookie, expires }), `handover ${state}`);
  }

  /** The cookie that was handed over for this login. @throws ChatError `login-failed` */
  receive(state: string, sealed: unknown): string {
    const text = typeof sealed === 'string' ? this.#sealer.open(sealed, `handover ${state}`) : null;
    if (text === null) throw notBegun();
    const { setCookie, expires }: { setCookie: string; expires: number } = JSON.parse(text);
    if (expires <= this.#now()) throw notBegun();
    return setCookie;
  }

  /** Values of `Set-Cookie` headers that end a login, so that its callback cannot be repeated. */
  clear(state: string, isSecure: boolean): string[] {
    return clearedCookies(nameOf(state), isSecure);
  }
}

/** Names of the cookies of pending logins, without their prefix. Browsers send the oldest first. */
function pendingNames(cookieHeader: string | undefined, isSecure: boolean): string[] {
  const start = cookieName(PREFIX, isSecure);
  return Object.keys(parseCookie(cookieHeader ?? ''))
    .filter((name) => name.startsWith(start))
    .map((name) => name.slice(start.length - PREFIX.length));
}

const nameOf = (state: string) => PREFIX + state.slice(0, 8);
const random = () => randomBytes(32).toString('base64url');

function notBegun(): ChatError {
  const text = 'this sign-in was not begun in this browser, is complete, or took more than 10 minutes';
  return new ChatError('login-failed', text, { field: 'state' });
}
