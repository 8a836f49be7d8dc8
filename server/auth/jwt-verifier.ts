import { errors, type JWTPayload, jwtVerify } from 'jose';
import type { JwtConfig } from '../config/auth-config.js';
import type { ConnectionStatus } from '../lib/connection-status.js';
import { ChatError } from '../protocol/errors.js';
import type { Log } from '../telemetry/logger.js';
import { AuthHttpClient, type AuthHttpClientOptions, type ServiceUrl } from './auth-http-client.js';
import { nameClaim, userIdClaim, userNameClaim } from './claims.js';
import { badToken, tokenExpired } from './credentials.js';
import { KeySet } from './key-set.js';
import type { Session } from './session.js';
import type { TokenVerifier } from './token-verifier.js';

/** Tolerated difference between the clocks of the issuer and of this machine. */
export const CLOCK_SKEW_SECONDS = 30;

/** Asymmetric signatures only: with HMAC, an attacker could use the public key as the shared secret. */
const ALGORITHMS = ['RS256', 'ES256'];

/** The largest value of a Date. */
const MAX_DATE_MS = 8.64e15;

export interface TokenRules extends Pick<JwtConfig, 'issuer' | 'audience'> {
  jwksUrl: ServiceUrl;
}

export interface JwtVerifierOptions extends AuthHttpClientOptions {
  /** Milliseconds since 1970. */
  now?: () => number;
}

/** Verifies the tokens of `AUTH=jwt`: JSON Web Tokens (RFC 7519), signed with one of the issuer's published keys. */
export class JwtVerifier implements TokenVerifier {
  readonly #rules: TokenRules;
  readonly #log: Log;
  /** JSON Web Tokens are valid until they expire; there is no protocol to revoke them. */
  readonly recheckMs = null;
  readonly #http: AuthHttpClient;
  readonly #keys: KeySet;
  readonly #now: () => number;

  constructor(rules: TokenRules, log: Log, { now = Date.now, ...options }: JwtVerifierOptions = {}) {
    this.#rules = rules;
    this.#log = log;
    this.#now = now;
    this.#http = new AuthHttpClient('token issuer', rules.jwksUrl, log, options);
    this.#keys = new KeySet(this.#http, now);
  }

  get status(): ConnectionStatus {
    return this.#http.status;
  }

  /** The session expires when this server would begin to refuse the token, `CLOCK_SKEW_SECONDS` after its `exp`. */
  async verify(token: string): Promise<Session> {
    const claims = await this.#verify(token);
    const id_user = userIdClaim(claims.sub);
    if (id_user === null) throw this.#refused('sub is not a valid user id');
    const { exp } = claims;
    if (exp === undefined) throw this.#refused('exp is missing');
    const issued = nameClaim(claims) === null ? 0 : (claims.iat ?? exp) * 1000;
    const expires = Math.min((exp + CLOCK_SKEW_SECONDS) * 1000, MAX_DATE_MS);
    return { id_user, name: userNameClaim(claims, id_user), expires, issued };
  }

  async #verify(token: string): Promise<JWTPayload> {
    const { issuer, audience } = this.#rules;
    // Without an audience, a token for any other service of the issuer would be accepted.
    if (audience === null) throw this.#refused('AUTH_AUDIENCE is not set');
    try {
      const { payload } = await jwtVerify(token, this.#keys.find, {
        algorithms: ALGORITHMS,
        issuer,
        audience,
        clockTolerance: CLOCK_SKEW_SECONDS,
        currentDate: new Date(this.#now()),
        requiredClaims: ['sub', 'exp'],
      });
      return payload;
    } catch (error) {
      if (error instanceof ChatError) throw error;
      // jose checks the signature first, so only a holder of a once valid token learns that it has expired.
      if (error instanceof errors.JWTExpired) throw tokenExpired();
      if (error instanceof errors.JOSEError) throw this.#refused(error.message);
      // The issuer publishes an unusable key, for example one that is too short.
      throw this.#http.unavailableError(error);
    }
  }

  #refused(reason: string): ChatError {
    this.#log.debug({ reason }, 'auth: token refused');
    return badToken();
  }
}
