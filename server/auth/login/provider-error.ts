import {
  AuthorizationResponseError,
  ClientError,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
} from 'openid-client';
import { reasonOf } from '../../lib/error-reason.js';

export interface ProviderError {
  /** The issuer, or a check of its answer, refuses this login. Any other error counts as unavailable. */
  isRefusal: boolean;
  /** For the log. Contains no token. */
  reason: string;
}

/** Codes of oauth4webapi for answers that are well-formed, but not for this login. */
const REFUSAL_CODES: ReadonlySet<unknown> = new Set([
  'OAUTH_JWT_CLAIM_COMPARISON_FAILED',
  'OAUTH_JWT_TIMESTAMP_CHECK_FAILED',
  'OAUTH_INVALID_RESPONSE',
]);

/** Distinguishes a refused login from an unavailable or misconfigured issuer, among the errors of openid-client. */
export function classify(error: unknown): ProviderError {
  // The user has cancelled the login, or must not use this client.
  if (error instanceof AuthorizationResponseError) return { isRefusal: true, reason: described(error) };
  if (error instanceof ResponseBodyError)
    return { isRefusal: error.error === 'invalid_grant', reason: described(error) };
  if (error instanceof ClientError) {
    const cause = error.cause instanceof Error ? `: ${error.cause.message}` : '';
    return { isRefusal: REFUSAL_CODES.has(error.code), reason: `${error.message}${cause}` };
  }
  return { isRefusal: false, reason: reasonOf(error) };
}

/** Whether the issuer has refused the credentials of this client. */
export function isClientRefused(error: unknown): boolean {
  if (error instanceof WWWAuthenticateChallengeError) return error.status === 401;
  return error instanceof ResponseBodyError && error.error === 'invalid_client';
}

function described({ error, error_description }: AuthorizationResponseError | ResponseBodyError): string {
  return error_description ? `${error}: ${error_description.slice(0, 200)}` : error;
}
