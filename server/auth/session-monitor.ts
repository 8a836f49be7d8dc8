import { type ChatError, toChatError } from '../protocol/errors.js';
import type { Authenticator } from './authenticator.js';
import { badToken, type Credentials, tokenExpired } from './credentials.js';
import { onExpiry } from './expiry.js';
import type { Session } from './session.js';

export interface SessionMonitorOptions {
  authenticator: Authenticator;
  /** The credentials that were authenticated. */
  credentials: Credentials;
  session: Session;
  /** Called once when the session ends: with `token-expired`, or with the error of a later authentication. */
  onEnd: (error: ChatError) => void;
}

/**
 * Monitors the session of an open socket: it ends when it expires or is revoked. While the auth service is unavailable,
 * the session continues, as nothing indicates that it was revoked.
 * @returns a function that stops the monitoring
 */
export function monitorSession({
  authenticator,
  credentials,
  session,
  onEnd,
}: SessionMonitorOptions): () => void {
  let isStopped = false;
  const stop = () => {
    isStopped = true;
    clearInterval(interval);
    cancelExpiry();
  };
  const end = (error: ChatError) => {
    if (isStopped) return;
    stop();
    onEnd(error);
  };
  const expire = () => end(tokenExpired());

  const recheck = async () => {
    try {
      const current = await authenticator.authenticate(credentials);
      if (isStopped) return;
      if (current?.id_user !== session.id_user) return end(badToken());
      cancelExpiry();
      cancelExpiry = onExpiry(current.expires, expire);
    } catch (thrown) {
      const error = toChatError(thrown);
      if (error.status === 401) end(error);
    }
  };

  let cancelExpiry = onExpiry(session.expires, expire);
  const { recheckMs } = authenticator;
  // With jitter, because all sockets reconnect at once after a restart.
  const interval =
    recheckMs === null
      ? undefined
      : setInterval(() => void recheck(), recheckMs * (0.75 + Math.random() / 2));
  interval?.unref();
  return stop;
}
