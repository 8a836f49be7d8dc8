import type { TokenEndpointResponse } from 'openid-client';
import { type Claims, nameClaim } from '../claims.js';

/** The issuer's confirmation of a login. */
export interface Grant {
  /** Of the ID token and the userinfo endpoint; null where a refresh returned no ID token. */
  claims: Claims | null;
  /** When the issuer stated the claims, in milliseconds since 1970. */
  issued: number;
  /** When the confirmation expires, in milliseconds since 1970. */
  expires: number;
  refreshToken: string | null;
  idToken: string | null;
}

/** Lifetime of a confirmation for which the issuer states none. */
const DEFAULT_LIFETIME_MS = 5 * 60_000;
/** Longer tokens are not stored. Refresh tokens of Keycloak and Azure have up to 2,000 characters. */
const MAX_STORED_LENGTH = 8_192;

/**
 * @param now milliseconds since 1970
 * @param usedToken the refresh token that was used; it stays valid if the issuer returns no other one
 */
export function grantOf(
  tokens: TokenEndpointResponse,
  claims: Claims | null,
  now: number,
  usedToken?: string,
): Grant {
  const { iat } = claims ?? {};
  return {
    claims,
    issued: typeof iat === 'number' ? iat * 1000 : now,
    expires: now + lifetimeMs(tokens, claims, now),
    refreshToken: stored(tokens.refresh_token ?? usedToken),
    idToken: stored(tokens.id_token),
  };
}

export const hasName = (claims: Claims): boolean => nameClaim(claims) !== null;

/** The lifetime of the access token, or else of the ID token. */
function lifetimeMs({ expires_in }: TokenEndpointResponse, claims: Claims | null, now: number): number {
  if (expires_in !== undefined && expires_in > 0) return expires_in * 1000;
  const { exp } = claims ?? {};
  return typeof exp === 'number' && exp * 1000 > now ? exp * 1000 - now : DEFAULT_LIFETIME_MS;
}

function stored(token: string | undefined): string | null {
  return token !== undefined && token.length <= MAX_STORED_LENGTH ? token : null;
}
