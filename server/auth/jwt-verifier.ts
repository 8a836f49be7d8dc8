import { errors, type JWTPayload, jwtVerify } from 'jose';
import type { AuthConfig } from '../config/auth-config.js';
import { ChatError } from '../protocol/errors.js';
import type { Log } from '../telemetry/logger.js';
import { AuthHttpClient, type AuthHttpClientOptions, type RemoteStatus } from './auth-http-client.js';
import type { Session, TokenVerifier } from './authenticator.js';
import { userIdClaim, userNameClaim } from './claims.js';
import { badToken, tokenExpired } from './credentials.js';
import { KeySet } from './key-set.js';

/** Seconds by which the clocks of the issuer and of this machine may differ. */
export const CLOCK_SKEW = 30;

/** Signatures of key pairs only: were a shared secret allowed too, a public key would do as that secret. */
const ALGORITHMS = ['RS256', 'ES256'];

/** The last moment that a Date can hold. */
const END_OF_TIME = 8.64e15;

export interface JwtVerifierOptions extends AuthHttpClientOptions {
  /** Milliseconds since 1970. */
  now?: () => number;
}

/** Whoever signs the tokens of `AUTH=jwt`: JSON Web Tokens (RFC 7519), checked with the issuer's published keys. */
export class JwtVerifier implements TokenVerifier {
  readonly #config: Extract<AuthConfig, { mode: 'jwt' }>;
  readonly #log: Log;
  /** A token is good until it expires; nobody could say that it was withdrawn. */
  readonly recheckMs = null;
  readonly #remote: AuthHttpClient;
  readonly #keys: KeySet;
  readonly #now: () => number;

  constructor(
    config: Extract<AuthConfig, { mode: 'jwt' }>,
    log: Log,
    { now = Date.now, ...options }: JwtVerifierOptions = {},
  ) {
    this.#config = config;
    this.#log = log;
    this.#now = now;
    this.#remote = new AuthHttpClient('the issuer of the tokens', config.jwksUrl, log, options);
    this.#keys = new KeySet(this.#remote, now);
  }

  get status(): RemoteStatus {
    return this.#remote.status;
  }

  /** The session expires when this server would begin to refuse the token: `CLOCK_SKEW` after its `exp`. */
  async verify(token: string): Promise<Session> {
    const claims = await this.#verify(token);
    const id_user = userIdClaim(claims.sub);
    if (id_user === null) throw this.#refused('sub cannot be a user id');
    const issued = (claims.iat ?? claims.exp!) * 1000;
    const expires = Math.min((claims.exp! + CLOCK_SKEW) * 1000, END_OF_TIME);
    return { id_user, name: userNameClaim(claims, id_user), expires, issued };
  }

  async #verify(token: string): Promise<JWTPayload> {
    try {
      const { payload } = await jwtVerify(token, this.#keys.find, {
        algorithms: ALGORITHMS,
        issuer: this.#config.issuer,
        audience: this.#config.audience,
        clockTolerance: CLOCK_SKEW,
        currentDate: new Date(this.#now()),
        requiredClaims: ['sub', 'exp'],
      });
      return payload;
    } catch (error) {
      if (error instanceof ChatError) throw error;
      // Looked at after the signature: who learns of it had the token once.
      if (error instanceof errors.JWTExpired) throw tokenExpired();
      if (error instanceof errors.JOSEError) throw this.#refused(error.message);
      // The issuer publishes a key that cannot be used, for instance too short a one.
      throw this.#remote.unavailableError(error);
    }
  }

  #refused(reason: string): ChatError {
    this.#log.debug({ reason }, 'auth: a token was refused');
    return badToken();
  }
}
