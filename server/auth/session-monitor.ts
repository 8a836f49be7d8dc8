import { ChatError, toChatError } from '../protocol/errors.js';
import { RETRY_DELAY_MS } from './auth-http-client.js';
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
 * Monitors the session of an open socket: it ends when it expires or is revoked, or its row is deleted. While the auth
 * service is unavailable, the session continues until it expires, as nothing indicates that it was revoked.
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
    unfollow();
  };
  const end = (error: ChatError) => {
    if (isStopped) return;
    stop();
    onEnd(error);
  };
  // A session on the page may have been extended.
  const expire = () => (session.id_session === undefined ? end(tokenExpired()) : void recheck(true));

  const recheck = async (hasExpired = false) => {
    try {
      const current = await authenticator.authenticate(credentials);
      if (isStopped) return;
      if (current?.id_user !== session.id_user) return end(badToken());
      cancelExpiry();
      cancelExpiry = onExpiry(current.expires, expire);
    } catch (thrown) {
      const error = toChatError(thrown);
      if (error.status === 401) end(error);
      else if (hasExpired) end(unconfirmed(error));
    }
  };

  const unfollow = authenticator.follow(session, () => void recheck());
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

/** The error of a session that could not be extended in time, and may be later. */
function unconfirmed({ details: { retryAfterMs = RETRY_DELAY_MS } }: ChatError): ChatError {
  return new ChatError('auth-unavailable', 'the sign-in cannot be renewed at the moment', { retryAfterMs });
}
