import type { Identity } from './guest.js';

/** An authenticated user, and how long the authentication is valid. */
export interface Session extends Identity {
  /** Milliseconds since 1970; null: until it is revoked. */
  expires: number | null;
  /** When the issuer of the token stated the name, in milliseconds since 1970; absent for guests. */
  issued?: number;
}
