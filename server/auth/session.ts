import type { Identity } from './guest.js';

/** An authenticated user, and how long the authentication is valid. */
export interface Session extends Identity {
  /** Milliseconds since 1970; null: until it is revoked. */
  expires: number | null;
  /**
   * When the issuer of the token stated the name, in milliseconds since 1970; 0 if it stated none, and the name is the id;
   * absent for guests.
   */
  issued?: number;
  /** Id of the row in the table `sessions`, for logins on the page and guests with a secured name. */
  id_session?: string;
  /** The cookie of the session should be sent again, so that the browser keeps it for longer. */
  isCookieDue?: boolean;
}
