import type { AuthConfig } from '../config/auth-config.js';
import type { ConnectionStatus } from '../lib/connection-status.js';
import { ChatError } from '../protocol/errors.js';
import { badToken, type Credentials, hasTokenCookie, tokenOf } from './credentials.js';
import type { Guests, Identity } from './guest.js';
import {
  extendedSessionCookie,
  GUEST_SESSION_COOKIE,
  sessionIdOf,
  sessionIdOfToken,
} from './login/session-cookie.js';
import { sessionEnded } from './login/session-ended.js';
import type { Sessions } from './login/sessions.js';
import type { GuestSessions } from './secured/guest-sessions.js';
import type { Session } from './session.js';
import type { TokenVerifier } from './token-verifier.js';

/** Authenticates users: the one interface of `AUTH=guest`, `jwt` and `accounts`. */
export interface Authenticator {
  readonly mode: AuthConfig['mode'];
  /** Interval in milliseconds at which an open socket is authenticated again; null: sessions cannot be revoked. */
  readonly recheckMs: number | null;
  /** Whether the issuer or accounts service can be reached; null for guests. */
  readonly status: ConnectionStatus | null;
  /**
   * Returns null for a user without an identity, who may become a guest.
   * @throws ChatError `login-required`, `bad-token`, `token-expired`, `session-ended`, and `auth-unavailable` (with `retryAfterMs`) while
   * the issuer or accounts service does not answer; `rate-limited` after too many refused tokens of an address
   */
  authenticate(credentials: Credentials): Promise<Session | null>;
  /**
   * Calls back whenever a session on the page, or that of a guest, may have been extended or ended; not for other sessions.
   * @returns a function that stops
   */
  follow(session: Session, onChange: () => void): () => void;
  /**
   * The value of a `Set-Cookie` header that lets a browser keep the cookie of this session for longer; null if it is not due.
   * @param overHttps whether the request came by https
   */
  renewedCookie(cookieHeader: string | undefined, session: Session, overHttps: boolean): string | null;
}

/** The guests with a secured name: a part of `SecuredGuests`. */
export interface SecuredNames {
  isSecured(id_user: string): Promise<boolean>;
  follow(id_user: string, onChange: () => void): () => void;
  sessions: Pick<GuestSessions, 'find' | 'follow'>;
}

/**
 * Guests: by a session, or by a signed cookie or bearer token, which count until the name is secured. Then they are refused, and not
 * replaced by a new guest: the client would not learn why it cannot edit its messages any more.
 */
export function guestAuthenticator(guests: Guests, secured: SecuredNames): Authenticator {
  const signedSession = async (identity: Identity | null): Promise<Session | null> => {
    if (!identity) return null;
    if (await secured.isSecured(identity.id_user)) throw sessionEnded();
    return { ...identity, expires: null };
  };
  return {
    mode: 'guest',
    recheckMs: null,
    status: null,
    async authenticate({ cookieHeader, bearerToken }) {
      if (bearerToken) {
        const token = tokenOf({ bearerToken });
        const id = sessionIdOfToken(token);
        if (id !== null) return secured.sessions.find(id);
        const session = await signedSession(guests.verify(token));
        if (!session) throw badToken();
        return session;
      }
      const id = sessionIdOf(cookieHeader, GUEST_SESSION_COOKIE);
      return id === null ? signedSession(guests.identify(cookieHeader)) : secured.sessions.find(id);
    },
    follow: ({ id_session, id_user }, onChange) =>
      id_session ? secured.sessions.follow(id_session, onChange) : secured.follow(id_user, onChange),
    renewedCookie(cookieHeader, { id_session, isCookieDue }, overHttps) {
      if (id_session === undefined) return guests.renew(cookieHeader, overHttps);
      return isCookieDue ? extendedSessionCookie(cookieHeader, GUEST_SESSION_COOKIE, overHttps) : null;
    },
  };
}

/**
 * Users with tokens: bearer tokens, sessions on the page, tokens in a cookie, in this order.
 * @param sessions null without a login
 */
export function tokenAuthenticator(
  mode: 'jwt' | 'accounts',
  verifier: TokenVerifier,
  sessions: Sessions | null = null,
): Authenticator {
  return {
    mode,
    recheckMs: verifier.recheckMs,
    get status() {
      return verifier.status;
    },
    async authenticate(credentials) {
      const { address, bearerToken, cookieHeader } = credentials;
      const id = sessions && !bearerToken ? sessionIdOf(cookieHeader) : null;
      if (!sessions || id === null) return verifier.verify(tokenOf(credentials), address);
      try {
        return await sessions.find(id, address);
      } catch (error) {
        const hasEnded = error instanceof ChatError && error.code === 'session-ended';
        if (!hasEnded || !hasTokenCookie(credentials)) throw error;
        return verifier.verify(tokenOf(credentials), address);
      }
    },
    follow: ({ id_session }, onChange) =>
      (id_session && sessions?.follow(id_session, onChange)) || (() => {}),
    renewedCookie: () => null,
  };
}
