import type { AuthConfig } from '../config/auth-config.js';
import type { ConnectionStatus } from '../lib/connection-status.js';
import { ChatError } from '../protocol/errors.js';
import { badToken, type Credentials, hasTokenCookie, tokenOf } from './credentials.js';
import type { Guests, Identity } from './guest.js';
import { sessionIdOf } from './login/session-cookie.js';
import type { Sessions } from './login/sessions.js';
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
   * Calls back whenever a session on the page may have been extended or ended; not for other sessions.
   * @returns a function that stops
   */
  follow(session: Session, onChange: () => void): () => void;
}

export function guestAuthenticator(guests: Guests): Authenticator {
  return {
    mode: 'guest',
    recheckMs: null,
    status: null,
    async authenticate({ cookieHeader, bearerToken }) {
      if (!bearerToken) return sessionOf(guests.identify(cookieHeader));
      const session = sessionOf(guests.verify(tokenOf({ bearerToken })));
      // Not a new guest instead: the client could not edit its messages any more and would not learn why.
      if (!session) throw badToken();
      return session;
    },
    follow: () => () => {},
  };
}

const sessionOf = (identity: Identity | null): Session | null => identity && { ...identity, expires: null };

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
  };
}
