import {
  type ConnectionState,
  type ErrorCode,
  isAuthenticationError,
  type RefusalReason,
  type RequestError,
  type RoomStatus,
} from 'changeroom-client';
import { faultText } from '../../server/http/pages/rows/fault-text.js';
import { t } from '../../server/http/pages/texts/text.js';

/** The state of the connection as the page shows it; `countdown` in whole seconds. */
export interface Status {
  name: 'connecting' | 'live' | 'reconnecting' | 'offline' | 'stale' | 'refused';
  text: string;
  countdown?: number;
  /** A sentence for the reader, who may have to act. */
  notice?: string;
  /** The reader has to sign in. */
  isSignedOut?: boolean;
}

/** Milliseconds without an answer after which the connection is not called live. Pings detect its loss after 44 s. */
const ANSWER_TIMEOUT_MS = 8_000;

/**
 * @param refusal why the room cannot be joined
 * @param unansweredMs for how long a message that was sent has no answer
 */
export function describeStatus(
  connection: ConnectionState,
  room: RoomStatus,
  refusal: RequestError | null,
  now: number,
  unansweredMs = 0,
): Status {
  if (connection.name === 'offline') return { name: 'offline', text: t('connection.offline') };
  if (connection.name === 'waiting') return describeWaiting(connection.until - now, connection.reason);
  if (connection.name === 'incompatible') {
    const notice = t('connection.reload');
    return { name: 'refused', text: t('connection.outOfDate'), notice };
  }
  if (room === 'refused' && refusal !== null && isAuthenticationError(refusal.code)) {
    const notice = explain(refusal.code, refusal.message);
    return { name: 'refused', text: t('connection.signedOut'), notice, isSignedOut: true };
  }
  const notice = refusal === null ? {} : { notice: explain(refusal.code, refusal.message) };
  if (room === 'refused') return { name: 'refused', text: t('connection.notInRoom'), ...notice };
  if (room === 'live' && unansweredMs > ANSWER_TIMEOUT_MS)
    return { name: 'stale', text: t('connection.noAnswer') };
  if (room === 'live') return { name: 'live', text: t('connection.live') };
  if (room === 'stale') return { name: 'stale', text: t('connection.waitingForDatabase') };
  const isLoading = connection.name === 'open' && room === 'joining';
  const text = isLoading ? t('connection.loading') : t('connection.connecting');
  return { name: 'connecting', text, ...notice };
}

function describeWaiting(remainingMs: number, reason: RefusalReason | undefined): Status {
  const countdown = Math.max(0, Math.ceil(remainingMs / 1000));
  if (reason === 'restart') return { name: 'reconnecting', text: t('connection.restarting'), countdown };
  const notice = reason && EXPLANATIONS[reason]?.();
  return { name: 'reconnecting', text: t('connection.reconnecting'), countdown, ...(notice && { notice }) };
}

const tooManyRequests = () => t('refusal.tooManyRequests');

const EXPLANATIONS: Partial<Record<ErrorCode, () => string>> = {
  'login-required': () => t('refusal.loginRequired'),
  'bad-token': () => t('refusal.badToken'),
  'token-expired': () => t('refusal.tokenExpired'),
  'session-ended': () => t('refusal.sessionEnded'),
  'auth-unavailable': () => t('refusal.authUnavailable'),
  'too-many-sockets': () => t('refusal.tooManySockets'),
  'rate-limited': tooManyRequests,
  'too-many-frames': tooManyRequests,
  'not-a-member': () => t('refusal.notAMember'),
};

/** The explanation of an error for the reader; `message`: the text of the server, for other codes. */
export function explain(code: ErrorCode, message: string): string {
  return EXPLANATIONS[code]?.() ?? faultText({ code, message });
}
