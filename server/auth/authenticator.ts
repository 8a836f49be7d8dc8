import type { AuthConfig } from '../config/auth-config.js';
import type { ConnectionStatus } from '../lib/connection-status.js';
import type { Log } from '../telemetry/logger.js';
import { AccountsClient, type AccountsClientOptions } from './accounts-client.js';
import { badToken, type Credentials, tokenOf } from './credentials.js';
import type { Guests, Identity } from './guest.js';
import { JwtVerifier } from './jwt-verifier.js';
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
   * @throws ChatError `login-required`, `bad-token`, `token-expired`, and `auth-unavailable` (with `retryAfterMs`) while
   * the issuer or accounts service does not answer; `rate-limited` after too many refused tokens of an address
   */
  authenticate(credentials: Credentials): Promise<Session | null>;
}

export function createAuthenticator(
  auth: AuthConfig,
  guests: Guests,
  log: Log,
  accounts?: AccountsClientOptions,
): Authenticator {
  switch (auth.mode) {
    case 'guest':
      return guestAuthenticator(guests);
    case 'jwt':
      return tokenAuthenticator(auth.mode, new JwtVerifier(auth, log));
    case 'accounts':
      return tokenAuthenticator(auth.mode, new AccountsClient(auth, log, accounts));
  }
}

function guestAuthenticator(guests: Guests): Authenticator {
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
  };
}

const sessionOf = (identity: Identity | null): Session | null => identity && { ...identity, expires: null };

function tokenAuthenticator(mode: 'jwt' | 'accounts', verifier: TokenVerifier): Authenticator {
  return {
    mode,
    recheckMs: verifier.recheckMs,
    get status() {
      return verifier.status;
    },
    authenticate: async (credentials) => verifier.verify(tokenOf(credentials), credentials.address),
  };
}
