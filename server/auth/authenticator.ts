import type { AuthConfig } from '../config/auth-config.js';
import type { Log } from '../telemetry/logger.js';
import { AccountsClient, type AccountsClientOptions } from './accounts-client.js';
import type { RemoteStatus } from './auth-http-client.js';
import { type Credentials, tokenOf } from './credentials.js';
import type { Guests, Identity } from './guest.js';
import { JwtVerifier } from './jwt-verifier.js';

/** Who somebody is, and for how long that holds. */
export interface Session extends Identity {
  /** Milliseconds since 1970; null: for as long as nobody withdraws it. */
  expires: number | null;
  /** When the issuer of the token gave the name, in milliseconds since 1970; absent for guests. */
  issued?: number;
}

/** Tells who somebody is: the one interface of `AUTH=guest`, `jwt` and `accounts`. */
export interface Authenticator {
  readonly mode: AuthConfig['mode'];
  /** Milliseconds after which an open socket's credentials should be looked at again; null: they cannot be withdrawn. */
  readonly recheckMs: number | null;
  /** Whether who is asked about tokens answers. Null where nobody is asked. */
  readonly status: RemoteStatus | null;
  /**
   * Null: nobody yet, who may become a guest.
   * @throws ChatError `login-required`, `bad-token`, `token-expired`, and `auth-unavailable` (with `retryAfterMs`) while
   * the issuer or accounts service does not answer; `rate-limited` where an address has had too many tokens refused
   */
  authenticate(credentials: Credentials): Promise<Session | null>;
}

/** Knows whose a token is. */
export interface TokenVerifier extends Pick<Authenticator, 'recheckMs'> {
  readonly status: RemoteStatus;
  /**
   * @param address the client's, for limits
   * @throws ChatError `bad-token`, `token-expired`, `auth-unavailable`, `rate-limited`
   */
  verify(token: string, address?: string): Promise<Session>;
}

export function createAuthenticator(
  auth: AuthConfig,
  guests: Guests,
  log: Log,
  accounts?: AccountsClientOptions,
): Authenticator {
  switch (auth.mode) {
    case 'guest':
      return forGuests(guests);
    case 'jwt':
      return forTokens(auth.mode, new JwtVerifier(auth, log));
    case 'accounts':
      return forTokens(auth.mode, new AccountsClient(auth, log, accounts));
  }
}

function forGuests(guests: Guests): Authenticator {
  return {
    mode: 'guest',
    recheckMs: null,
    status: null,
    async authenticate({ cookieHeader }) {
      const identity = guests.identify(cookieHeader);
      return identity && { ...identity, expires: null };
    },
  };
}

function forTokens(mode: 'jwt' | 'accounts', judge: TokenVerifier): Authenticator {
  return {
    mode,
    recheckMs: judge.recheckMs,
    get status() {
      return judge.status;
    },
    authenticate: async (credentials) => judge.verify(tokenOf(credentials), credentials.address),
  };
}
