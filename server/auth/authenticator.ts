import type { AuthConfig } from '../config/config.js';
import type { Log } from '../telemetry/logger.js';
import { AccountsService, type AccountsServiceOptions } from './accounts.js';
import { type Credentials, tokenOf } from './credentials.js';
import type { Guests, Identity } from './guest.js';
import { TokenIssuer } from './jwt.js';
import type { RemoteStatus } from './remote.js';

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
   * @throws ChatError `login-required`, `bad-token`, `token-expired`, and `auth-away` (with `retryAfterMs`) while
   * the issuer or accounts service does not answer; `rate-limited` where an address has had too many tokens refused
   */
  authenticate(credentials: Credentials): Promise<Session | null>;
}

/** Knows whose a token is. */
export interface TokenJudge extends Pick<Authenticator, 'recheckMs'> {
  readonly status: RemoteStatus;
  /**
   * @param address the client's, for limits
   * @throws ChatError `bad-token`, `token-expired`, `auth-away`, `rate-limited`
   */
  judge(token: string, address?: string): Promise<Session>;
}

export function createAuthenticator(
  auth: AuthConfig,
  guests: Guests,
  log: Log,
  accounts?: AccountsServiceOptions,
): Authenticator {
  switch (auth.mode) {
    case 'guest':
      return forGuests(guests);
    case 'jwt':
      return forTokens(auth.mode, new TokenIssuer(auth, log));
    case 'accounts':
      return forTokens(auth.mode, new AccountsService(auth, log, accounts));
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

function forTokens(mode: 'jwt' | 'accounts', judge: TokenJudge): Authenticator {
  return {
    mode,
    recheckMs: judge.recheckMs,
    get status() {
      return judge.status;
    },
    authenticate: async (credentials) => judge.judge(tokenOf(credentials), credentials.address),
  };
}
