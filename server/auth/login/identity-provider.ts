import * as oidc from 'openid-client';
import type { JwtConfig } from '../../config/auth-config.js';
import type { OidcConfig } from '../../config/login-config.js';
import type { ConnectionStatus } from '../../lib/connection-status.js';
import type { Log } from '../../telemetry/logger.js';
import { type Grant, grantOf, hasName } from './grant.js';
import type { PendingLogin } from './pending-login.js';
import { ProviderConnection } from './provider-connection.js';
import { classify } from './provider-error.js';

export interface IdentityProviderOptions {
  /** Milliseconds since 1970. */
  now?: () => number;
}

/**
 * The issuer of `AUTH=jwt` as an OpenID Provider (OpenID Connect Core 1.0): authorization code flow with PKCE, refresh
 * tokens, RP-initiated logout. Its endpoints are found by discovery, which is repeated until it succeeds.
 */
export class IdentityProvider {
  readonly #login: OidcConfig;
  readonly #log: Log;
  readonly #now: () => number;
  readonly #connection: ProviderConnection;

  constructor(
    { issuer }: Pick<JwtConfig, 'issuer'>,
    login: OidcConfig,
    log: Log,
    { now = Date.now }: IdentityProviderOptions = {},
  ) {
    this.#login = login;
    this.#log = log;
    this.#now = now;
    const { clientId, clientSecret } = login;
    this.#connection = new ProviderConnection({ issuer, clientId, clientSecret, now }, log);
  }

  get status(): ConnectionStatus {
    return this.#connection.status;
  }

  /** Fetches the discovery document in the background, until it succeeds. */
  start(): void {
    this.#connection.start();
  }

  stop(): void {
    this.#connection.stop();
  }

  /** @throws ChatError `auth-unavailable` shortly after a failed request */
  requireAvailable(): void {
    this.#connection.requireAvailable();
  }

  /** URL of the issuer's key set. @throws ChatError `auth-unavailable` */
  async jwksUrl(): Promise<string> {
    const { jwks_uri } = (await this.#connection.configuration()).serverMetadata();
    if (jwks_uri) return jwks_uri;
    throw this.#connection.unavailable(
      new Error('the discovery document has no jwks_uri: set AUTH_JWKS_URL'),
    );
  }

  /**
   * The address at which the visitor signs in.
   * @param redirectUri address of the callback
   * @throws ChatError `auth-unavailable`
   */
  async authorizationUrl(login: PendingLogin, redirectUri: string): Promise<string> {
    const config = await this.#connection.configuration();
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
    return this.#connection.request(async (config) => {
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
    return this.#connection.request(async (config) => {
      const tokens = await oidc.refreshTokenGrant(config, refreshToken);
      return grantOf(tokens, tokens.claims() ?? null, this.#now(), refreshToken);
    });
  }

  /** Revokes a refresh token, as far as the issuer supports it (RFC 7009). Never rejects. */
  async revoke(refreshToken: string): Promise<void> {
    const config = this.#connection.known;
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
    const config = this.#connection.known;
    if (!config?.serverMetadata().end_session_endpoint) return null;
    const hint = idToken === null ? {} : { id_token_hint: idToken };
    return oidc.buildEndSessionUrl(config, { ...hint, post_logout_redirect_uri: returnTo }).href;
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
}
