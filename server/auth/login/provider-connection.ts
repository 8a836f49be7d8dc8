import * as oidc from 'openid-client';
import { Backoff } from '../../lib/backoff.js';
import { ConnectionState } from '../../lib/connection-state.js';
import type { ConnectionStatus } from '../../lib/connection-status.js';
import { ChatError } from '../../protocol/errors.js';
import type { Log } from '../../telemetry/logger.js';
import { RETRY_DELAY_MS } from '../auth-http-client.js';
import { CLOCK_SKEW_SECONDS } from '../jwt-verifier.js';
import { classify, isClientRefused } from './provider-error.js';
import { boundedFetch } from './provider-fetch.js';

/** Age after which the issuer's discovery document is fetched again. */
const MAX_METADATA_AGE_MS = 60 * 60_000;
const MAX_RETRY_DELAY_MS = 30_000;
/** Seconds for each request to the issuer. */
const TIMEOUT_SECONDS = 5;

export interface ProviderConnectionOptions {
  issuer: string;
  clientId: string;
  /** Null for a public client. */
  clientSecret: string | null;
  /** Milliseconds since 1970. */
  now: () => number;
}

/**
 * The requests to an OpenID Provider: its endpoints are found by discovery (OpenID Connect Discovery 1.0), which is
 * repeated until it succeeds, and no request is sent shortly after a failure.
 */
export class ProviderConnection {
  readonly #options: ProviderConnectionOptions;
  readonly #log: Log;
  readonly #state: ConnectionState;
  readonly #backoff = new Backoff(1_000, MAX_RETRY_DELAY_MS);
  #discovered: { config: oidc.Configuration; at: number } | null = null;
  #discovering: Promise<oidc.Configuration> | null = null;
  #retry: NodeJS.Timeout | null = null;
  /** Time of the last request, if it failed. */
  #failedAt: number | null = null;
  #isStopped = false;
  /** How the client secret is sent: `client_secret_basic`, the default of the specification, or `client_secret_post`. */
  #usesBasic = true;

  constructor(options: ProviderConnectionOptions, log: Log) {
    this.#options = options;
    this.#log = log;
    this.#state = new ConnectionState('identity provider', log);
  }

  get status(): ConnectionStatus {
    return this.#state.status;
  }

  /** The configuration that was discovered last; null before the first success. */
  get known(): oidc.Configuration | null {
    return this.#discovered?.config ?? null;
  }

  /** Fetches the discovery document in the background, until it succeeds. */
  start(): void {
    this.configuration().catch(() => {
      if (this.#isStopped) return;
      this.#retry = setTimeout(() => this.start(), this.#backoff.next());
      this.#retry.unref();
    });
  }

  stop(): void {
    this.#isStopped = true;
    if (this.#retry) clearTimeout(this.#retry);
  }

  /** @throws ChatError `auth-unavailable` if the issuer was never reached */
  async configuration(): Promise<oidc.Configuration> {
    const known = this.#discovered;
    if (known && this.#options.now() - known.at < MAX_METADATA_AGE_MS) return known.config;
    this.#discovering ??= this.#discover().finally(() => {
      this.#discovering = null;
    });
    return known ? this.#discovering.catch(() => known.config) : this.#discovering;
  }

  /** @throws ChatError `login-failed` if the issuer refuses the request, `auth-unavailable` */
  async request<T>(send: (config: oidc.Configuration) => Promise<T>): Promise<T> {
    const config = await this.configuration();
    this.requireAvailable();
    try {
      const answer = await this.#sendWithEitherMethod(() => send(config));
      this.#succeeded();
      return answer;
    } catch (error) {
      const { isRefusal, reason } = classify(error);
      if (!isRefusal) throw this.unavailable(error);
      this.#succeeded();
      this.#log.info({ reason }, 'identity provider refused a login');
      throw new ChatError('login-failed', 'the identity provider has refused the sign-in, or it has expired');
    }
  }

  /**
   * Requests are refused within `RETRY_DELAY_MS` after a failure, so that a flood of logins is no flood of requests.
   * @throws ChatError `auth-unavailable` in this time
   */
  requireAvailable(): void {
    const pauseMs = this.#failedAt === null ? 0 : this.#failedAt + RETRY_DELAY_MS - this.#options.now();
    if (pauseMs > 0) throw unavailable(pauseMs);
  }

  /** Marks the provider as down. @returns the error for the user; the reason is written to the log only */
  unavailable(error: unknown): ChatError {
    if (error instanceof ChatError) return error;
    this.#failedAt = this.#options.now();
    this.#state.down(new Error(classify(error).reason));
    return unavailable(RETRY_DELAY_MS);
  }

  /**
   * Providers list the methods that they support, not the one that this client is registered with. An answer that refuses
   * the client uses up neither a code nor a refresh token.
   */
  async #sendWithEitherMethod<T>(send: () => Promise<T>): Promise<T> {
    try {
      return await send();
    } catch (error) {
      if (this.#options.clientSecret === null || !isClientRefused(error)) throw error;
      this.#usesBasic = !this.#usesBasic;
      return send();
    }
  }

  readonly #authenticate: oidc.ClientAuth = (...request) => {
    const { clientSecret } = this.#options;
    if (clientSecret === null) return oidc.None()(...request);
    const method = this.#usesBasic ? oidc.ClientSecretBasic : oidc.ClientSecretPost;
    method(clientSecret)(...request);
  };

  async #discover(): Promise<oidc.Configuration> {
    this.requireAvailable();
    const { issuer, clientId, now } = this.#options;
    const server = new URL(issuer);
    const isPlain = server.protocol === 'http:';
    const metadata = { [oidc.clockTolerance]: CLOCK_SKEW_SECONDS };
    try {
      const config = await oidc.discovery(server, clientId, metadata, this.#authenticate, {
        timeout: TIMEOUT_SECONDS,
        [oidc.customFetch]: boundedFetch,
        execute: [oidc.enableNonRepudiationChecks, ...(isPlain ? [oidc.allowInsecureRequests] : [])],
      });
      this.#discovered = { config, at: now() };
      this.#succeeded();
      return config;
    } catch (error) {
      throw this.unavailable(error);
    }
  }

  #succeeded(): void {
    this.#failedAt = null;
    this.#backoff.reset();
    this.#state.up();
  }
}

function unavailable(retryAfterMs: number): ChatError {
  return new ChatError('auth-unavailable', 'the identity provider is unavailable', { retryAfterMs });
}
