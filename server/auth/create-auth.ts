import type { AuthConfig } from '../config/auth-config.js';
import type { CredentialTable } from '../database/tables/credential-table.js';
import type { SessionTable } from '../database/tables/session-table.js';
import type { Log } from '../telemetry/logger.js';
import { AccountsClient, type AccountsClientOptions } from './accounts-client.js';
import { type Authenticator, guestAuthenticator, tokenAuthenticator } from './authenticator.js';
import type { Guests } from './guest.js';
import { JwtVerifier } from './jwt-verifier.js';
import { IdentityProvider } from './login/identity-provider.js';
import { PendingLogins } from './login/pending-login.js';
import { Sealer } from './login/sealer.js';
import { SessionSeals } from './login/session-seals.js';
import { Sessions } from './login/sessions.js';
import { GuestSessions } from './secured/guest-sessions.js';
import { SecuredGuests, type SecuredGuestsDependencies } from './secured/secured-guests.js';
import type { TokenVerifier } from './token-verifier.js';

export interface AuthDependencies {
  guests: Guests;
  log: Log;
  /** Key that signs cookies. */
  secret: string;
  accounts?: AccountsClientOptions;
  /** Called once if visitors can sign in on the page, or are guests. */
  sessionTable: () => SessionTable;
  /** Called once if visitors are guests. */
  credentialTable: () => CredentialTable;
  /** Days without use after which the session of a guest ends. */
  guestDays: number;
  limits: SecuredGuestsDependencies['limits'];
  users: SecuredGuestsDependencies['users'];
  /** Milliseconds since 1970. */
  now?: () => number;
}

/** How visitors sign in on the page: at an identity provider, or at a login page of the operator. */
export interface Login {
  /** Null with a login page. */
  provider: IdentityProvider | null;
  /** `LOGIN_URL`; null with an identity provider. */
  pageUrl: string | null;
  sessions: Sessions;
  pending: PendingLogins;
  stop(): Promise<void>;
}

export interface Auth {
  authenticator: Authenticator;
  login: Login | null;
  /** Null where visitors are no guests. */
  secured: SecuredGuests | null;
  /** Null where there are no sessions. */
  sessionTable: SessionTable | null;
}

/** Creates what authenticates users in the configured mode. */
export function createAuth(auth: AuthConfig, dependencies: AuthDependencies): Auth {
  const { guests, log } = dependencies;
  if (auth.mode === 'guest') {
    const sessionTable = dependencies.sessionTable();
    const secured = createSecuredGuests({ ...dependencies, sessionTable: () => sessionTable });
    return { authenticator: guestAuthenticator(guests, secured), login: null, secured, sessionTable };
  }
  const provider =
    auth.mode === 'jwt' && auth.login?.kind === 'oidc' ? new IdentityProvider(auth, auth.login, log) : null;
  const verifier = createVerifier(auth, provider, dependencies);
  const sessionTable = auth.login && dependencies.sessionTable();
  const login =
    sessionTable &&
    createLogin(auth, provider, verifier, { ...dependencies, sessionTable: () => sessionTable });
  const authenticator = tokenAuthenticator(auth.mode, verifier, login?.sessions);
  return { authenticator, login, secured: null, sessionTable };
}

function createSecuredGuests({
  sessionTable,
  credentialTable,
  guestDays,
  now = Date.now,
  ...dependencies
}: AuthDependencies): SecuredGuests {
  const sessions = new GuestSessions({ table: sessionTable(), log: dependencies.log, now }, guestDays);
  return new SecuredGuests({ ...dependencies, credentials: credentialTable(), sessions, now });
}

function createVerifier(
  auth: Exclude<AuthConfig, { mode: 'guest' }>,
  provider: IdentityProvider | null,
  { log, accounts }: AuthDependencies,
): TokenVerifier {
  if (auth.mode === 'accounts') return new AccountsClient(auth, log, accounts);
  const jwksUrl = auth.jwksUrl ?? (async () => provider?.jwksUrl() ?? '');
  return new JwtVerifier({ ...auth, jwksUrl }, log);
}

function createLogin(
  { login }: Exclude<AuthConfig, { mode: 'guest' }>,
  provider: IdentityProvider | null,
  verifier: TokenVerifier,
  { sessionTable, secret, log, now = Date.now }: AuthDependencies,
): Login | null {
  if (login === null) return null;
  const seals = new SessionSeals(secret);
  const sessions = new Sessions({ table: sessionTable(), provider, verifier, seals, log, now });
  return {
    provider,
    pageUrl: login.kind === 'page' ? login.url : null,
    sessions,
    pending: new PendingLogins(new Sealer(secret, 'pending logins'), now),
    stop: async () => {
      provider?.stop();
      await sessions.close();
    },
  };
}
