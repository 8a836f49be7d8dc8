import type { ErrorCode, ServerFrame } from './frames.js';

/** Why the server does not accept this socket for now. */
export type RefusalReason = 'restart' | Extract<ErrorCode, 'too-many-sockets' | 'auth-unavailable'>;

export type ConnectionState =
  | { name: 'connecting' }
  | { name: 'open' }
  /** The next attempt is at `until`, milliseconds since 1970. */
  | { name: 'waiting'; until: number; reason?: RefusalReason | undefined }
  /** The device has no network. */
  | { name: 'offline' }
  /** The server speaks a newer major version of the protocol. The client does not reconnect. */
  | { name: 'incompatible'; serverVersion: string; clientVersion: string }
  /** Not connected yet, or closed by the application. */
  | { name: 'closed' };

/** Milliseconds until the next attempt if the server does not name them. */
const REFUSAL_RETRY_MS = 10_000;

/** Whether a frame says that this socket is of no use, and when to open another one. */
export function refusalOf(frame: ServerFrame): { reason: RefusalReason; retryAfterMs: number } | null {
  if (frame.type === 'goingAway') return { reason: 'restart', retryAfterMs: frame.retryAfterMs };
  if (frame.type !== 'error' || frame.ref !== undefined) return null;
  const { code, retryAfterMs = REFUSAL_RETRY_MS } = frame;
  return code === 'too-many-sockets' || code === 'auth-unavailable' ? { reason: code, retryAfterMs } : null;
}

/** Whether a client of one version of the protocol can work with a server of another one. */
export function isCompatible(serverVersion: string, clientVersion: string): boolean {
  return Number.parseInt(serverVersion, 10) <= Number.parseInt(clientVersion, 10);
}
