import { type ChatError, toChatError } from '../protocol/errors.js';
import type { Authenticator, Session } from './authenticator.js';
import { badToken, type Credentials, tokenExpired } from './credentials.js';
import { onExpiry } from './expiry.js';

export interface SessionMonitorOptions {
  authenticator: Authenticator;
  /** What the session was given for. */
  credentials: Credentials;
  session: Session;
  /** Called once, when the rights end: `token-expired`, or how a later look at the credentials was refused. */
  onEnd: (error: ChatError) => void;
}

/**
 * Watches over the rights of an open socket: they end when its session expires or its token is withdrawn. While nobody
 * can be asked whether it was, nobody has withdrawn it.
 * @returns ends the watch
 */
export function monitorSession({
  authenticator,
  credentials,
  session,
  onEnd,
}: SessionMonitorOptions): () => void {
  let over = false;
  const stop = () => {
    over = true;
    clearInterval(interval);
    cancelExpiry();
  };
  const end = (error: ChatError) => {
    if (over) return;
    stop();
    onEnd(error);
  };
  const expire = () => end(tokenExpired());

  const recheck = async () => {
    try {
      const now = await authenticator.authenticate(credentials);
      if (over) return;
      if (now?.id_user !== session.id_user) return end(badToken());
      cancelExpiry();
      cancelExpiry = onExpiry(now.expires, expire);
    } catch (thrown) {
      const error = toChatError(thrown);
      if (error.status === 401) end(error);
    }
  };

  let cancelExpiry = onExpiry(session.expires, expire);
  const { recheckMs } = authenticator;
  // Spread, as after a restart all sockets come back at once.
  const interval =
    recheckMs === null ? undefined : setInterval(recheck, recheckMs * (0.75 + Math.random() / 2));
  interval?.unref();
  return stop;
}
