import type { ConnectionStatus } from '../lib/connection-status.js';
import type { Session } from './session.js';

/** Verifies tokens: the part in which `AUTH=jwt` and `AUTH=accounts` differ. */
export interface TokenVerifier {
  /** Interval in milliseconds at which the token of an open socket is verified again; null: tokens are not revoked. */
  readonly recheckMs: number | null;
  /** Whether the issuer or accounts service can be reached. */
  readonly status: ConnectionStatus;
  /**
   * @param address the client's address, for limits
   * @throws ChatError `bad-token`, `token-expired`, `auth-unavailable`, `rate-limited`
   */
  verify(token: string, address?: string): Promise<Session>;
}
