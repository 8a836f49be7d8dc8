import * as oidc from 'openid-client';
import type { JwtConfig } from '../../config/auth-config.js';
import type { OidcConfig } from '../../config/login-config.js';
import { Backoff } from '../../lib/backoff.js';
import { ConnectionState } from '../../lib/connection-state.js';
import type { ConnectionStatus } from '../../lib/connection-status.js';
import { ChatError } from '../../protocol/errors.js';
import type { Log } from '../../telemetry/logger.js';
import { RETRY_DELAY_MS } from '../auth-http-client.js';
import { CLOCK_SKEW_SECONDS } from '../jwt-verifier.js';
import { type Grant, grantOf, hasName } from './grant.js';
import type { PendingLogin } from './pending-login.js';
import { classify } from './provider-error.js';
import { boundedFetch } from './provider-fetch.js';

/** Age after which the issuer's discovery document is fetched again. */
const MAX_METADATA_AGE_MS = 60 * 60_000;
const MAX_RETRY_DELAY_MS = 30_000;
/** Seconds for each request to the issuer. */
const TIMEOUT_SECONDS = 5;

export interface IdentityProviderOptions {
  /** Milliseconds since 1970. */
  now?: () => number;
}

interface Discovered {
  config: oidc.Configuration;
  at: number;
}

/**
 * The issuer of `AUTH=jwt` as an OpenID Provider (OpenID Connect Core 1.0): authorization code flow with PKCE, refresh
 * tokens, RP-initiated logout. Its endpoints are found by discovery, which is repeated until it succeeds.
 */
export class IdentityProvider {
  readonly #issuer: string;
  readonly #login: OidcConfig;
  readonly #log: Log;
  readonly #now: () => number;
  readonly #state: ConnectionState;
  readonly #backoff = new Backoff(1_000, MAX_RETRY_DELAY_MS);
  #discovered: Discovered | null = null;
  #discovering: Promise<oidc.Configuration> | null = null;
  #retry: NodeJS.Timeout | null = null;
  /** Time of the last request, if it failed. */
  #failedAt: number | null = null;
  #isStopped = false;

  constructor(
    { issuer }: Pick<JwtConfig, 'issuer'>,
    login: OidcConfig,
    log: Log,
    { now = Date.now }: IdentityProviderOptions = {},
  ) {
    this.#issuer = issuer;
    this.#login = login;
    this.#log = log;
    this.#now = now;
    this.#state = new ConnectionState('identity provider', log);
  }

  get status(): ConnectionStatus {
    return this.#state.status;
  }

  /** Fetches the discovery document in the background, until it succeeds. */
  start(): void {
    this.#configuration().catch(() => {
      if (this.#isStopped) return;
      this.#retry = setTimeout(() => this.start(), this.#backoff.next());
      this.#retry.unref();
    });
  }

  stop(): void {
    this.#isStopped = true;
    if (this.#retry) clearTimeout(this.#retry);
  }

  /** URL of the issuer's key set. @throws ChatError `auth-unavailable` */
  async jwksUrl(): Promise<string> {
    const { jwks_uri } = (await this.#configuration()).serverMetadata();
    if (jwks_uri) return jwks_uri;
    throw this.#unavailable(new Error('the discovery document has no jwks_uri: set AUTH_JWKS_URL'));
  }

  /**
   * The address at which the visitor signs in.
   * @param redirectUri address of the callback
   * @throws ChatError `auth-unavailable`
   */
  async authorizationUrl(login: PendingLogin, redirectUri: string): Promise<string> {
    const config = await this.#configuration();
    const { scopes, prompt, audience } = this.#login;
    const supported = config.serverMetadata().scopes_supported ?? [];
    const defaults = supported.includes('offline_access')
      ? 'openid profile offline_access'
      : 'openid profile';
    const url = oidc.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope: scopes ?? defaults,
      state: login.state,
      nonce: login.nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(login.verifier),
      code_challenge_method: 'S256',
      ...(prompt !== null && { prompt }),
      ...(audience && { [audience.parameter]: audience.value }),
    });
    return url.href;
  }

  /**
   * Exchanges the code of a callback.
   * @param callback the requested address
   * @throws ChatError `login-failed`, `auth-unavailable`
   */
  async exchange(callback: URL, { state, nonce, verifier }: PendingLogin): Promise<Grant> {
    const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier };
    return this.#request(async (config) => {
      const tokens = await oidc.authorizationCodeGrant(config, callback, {
        ...checks,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      return grantOf(tokens, { ...(await this.#userInfo(config, tokens)), ...claims }, this.#now());
    });
  }

  /**
   * Exchanges a refresh token. The issuer may replace it: the given one must not be used again after success.
   * @throws ChatError `login-failed` if the issuer has ended the login, `auth-unavailable`
   */
  refresh(refreshToken: string): Promise<Grant> {
    return this.#request(async (config) => {
      const tokens = await oidc.refreshTokenGrant(config, refreshToken);
      return grantOf(tokens, tokens.claims() ?? null, this.#now(), refreshToken);
    });
  }

  /** Revokes a refresh token, as far as the issuer supports it (RFC 7009). Never rejects. */
  async revoke(refreshToken: string): Promise<void> {
    const config = this.#discovered?.config;
    if (!config?.serverMetadata().revocation_endpoint) return;
    await oidc
      .tokenRevocation(config, refreshToken, { token_type_hint: 'refresh_token' })
      .catch((error: unknown) =>
        this.#log.warn(
          { reason: classify(error).reason },
          'identity provider did not revoke a refresh token',
        ),
      );
  }

  /**
   * The address at which a browser ends its session at the issuer; null if the issuer has none, or was not reached yet.
   * @param returnTo the absolute address to return to
   */
  endSessionUrl(idToken: string | null, returnTo: string): string | null {
    const config = this.#discovered?.config;
    if (!config?.serverMetadata().end_session_endpoint) return null;
    const hint = idToken === null ? {} : { id_token_hint: idToken };
    return oidc.buildEndSessionUrl(config, { ...hint, post_logout_redirect_uri: returnTo }).href;
  }

  /**
   * Requests are refused within `RETRY_DELAY_MS` after a failure, so that a flood of logins is no flood of requests.
   * @throws ChatError `auth-unavailable` in this time
   */
  requireAvailable(): void {
    const pauseMs = this.#failedAt === null ? 0 : this.#failedAt + RETRY_DELAY_MS - this.#now();
    if (pauseMs > 0) throw unavailable(pauseMs);
  }

  /** Issuers may put the name into the response of the userinfo endpoint only. */
  async #userInfo(
    config: oidc.Configuration,
    tokens: oidc.TokenEndpointResponse & oidc.TokenEndpointResponseHelpers,
  ): Promise<Record<string, unknown>> {
    const claims = tokens.claims();
    if (!claims || hasName(claims) || !config.serverMetadata().userinfo_endpoint) return {};
    try {
      return await oidc.fetchUserInfo(config, tokens.access_token, claims.sub);
    } catch (error) {
      this.#log.debug({ reason: classify(error).reason }, 'identity provider returned no userinfo');
      return {};
    }
  }

  async #request<T>(send: (config: oidc.Configuration) => Promise<T>): Promise<T> {
    const config = await this.#configuration();
    this.requireAvailable();
    try {
      const answer = await send(config);
      this.#succeeded();
      return answer;
    } catch (error) {
      const { isRefusal, reason } = classify(error);
      if (!isRefusal) throw this.#unavailable(error);
      this.#succeeded();
      this.#log.info({ reason }, 'identity provider refused a login');
      throw new ChatError('login-failed', 'the identity provider has refused the sign-in, or it has expired');
    }
  }

  async #configuration(): Promise<oidc.Configuration> {
    const known = this.#discovered;
    if (known && this.#now() - known.at < MAX_METADATA_AGE_MS) return known.config;
    this.#discovering ??= this.#discover().finally(() => {
      this.#discovering = null;
    });
    return known ? this.#discovering.catch(() => known.config) : this.#discovering;
  }

  async #discover(): Promise<oidc.Configuration> {
    this.requireAvailable();
    const { clientId, clientSecret } = this.#login;
    const server = new URL(this.#issuer);
    try {
      const config = await oidc.discovery(
        server,
        clientId,
        { [oidc.clockTolerance]: CLOCK_SKEW_SECONDS },
        clientSecret === null ? oidc.None() : undefined,
        {
          timeout: TIMEOUT_SECONDS,
          [oidc.customFetch]: boundedFetch,
          execute: [
            oidc.enableNonRepudiationChecks,
            ...(server.protocol === 'http:' ? [oidc.allowInsecureRequests] : []),
          ],
        },
      );
      this.#discovered = { config, at: this.#now() };
      this.#succeeded();
      return config;
    } catch (error) {
      throw this.#unavailable(error);
    }
  }

  #succeeded(): void {
    this.#failedAt = null;
    this.#backoff.reset();
    this.#state.up();
  }

  #unavailable(error: unknown): ChatError {
    if (error instanceof ChatError) return error;
    this.#failedAt = this.#now();
    this.#state.down(new Error(classify(error).reason));
    return unavailable(RETRY_DELAY_MS);
  }
}

function unavailable(retryAfterMs: number): ChatError {
  return new ChatError('auth-unavailable', 'the identity provider is unavailable', { retryAfterMs });
}
