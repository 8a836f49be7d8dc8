import {
  type ConnectionState,
  type ErrorCode,
  isAuthenticationError,
  type RefusalReason,
  type RequestError,
  type RoomStatus,
} from 'changeroom-client';
import { faultText } from '../../server/http/pages/rows/fault-text.js';

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
  if (connection.name === 'offline') return { name: 'offline', text: 'Offline' };
  if (connection.name === 'waiting') return describeWaiting(connection.until - now, connection.reason);
  if (connection.name === 'incompatible') {
    const notice = 'The server was updated. Load this page again.';
    return { name: 'refused', text: 'Page out of date', notice };
  }
  if (room === 'refused' && refusal !== null && isAuthenticationError(refusal.code)) {
    const notice = explain(refusal.code, refusal.message);
    return { name: 'refused', text: 'Signed out', notice, isSignedOut: true };
  }
  const notice = refusal === null ? {} : { notice: explain(refusal.code, refusal.message) };
  if (room === 'refused') return { name: 'refused', text: 'Not in the room', ...notice };
  if (room === 'live' && unansweredMs > ANSWER_TIMEOUT_MS)
    return { name: 'stale', text: 'No answer from the server' };
  if (room === 'live') return { name: 'live', text: 'Live' };
  if (room === 'stale') return { name: 'stale', text: 'Waiting for the database' };
  const text = connection.name === 'open' && room === 'joining' ? 'Loading' : 'Connecting';
  return { name: 'connecting', text, ...notice };
}

function describeWaiting(remainingMs: number, reason: RefusalReason | undefined): Status {
  const countdown = Math.max(0, Math.ceil(remainingMs / 1000));
  if (reason === 'restart')
    return { name: 'reconnecting', text: 'Server restarting, reconnecting', countdown };
  const notice = reason && EXPLANATIONS[reason];
  return { name: 'reconnecting', text: 'Reconnecting', countdown, ...(notice && { notice }) };
}

const TOO_MANY_REQUESTS = 'Too many requests in a short time. This page tries again automatically.';

const EXPLANATIONS: Partial<Record<ErrorCode, string>> = {
  'login-required': 'You are not signed in.',
  'bad-token': 'You are not signed in any more.',
  'token-expired': 'Your sign-in has expired.',
  'session-ended': 'You are signed out.',
  'auth-unavailable': 'The sign-in service is unavailable. This page tries again automatically.',
  'too-many-sockets':
    'Too many windows are open from your address. Close some of them; this one tries again automatically.',
  'rate-limited': TOO_MANY_REQUESTS,
  'too-many-frames': TOO_MANY_REQUESTS,
  'not-a-member': 'This room is for its members now. Load this page again to join.',
};

/** The explanation of an error for the reader; `message`: the text of the server, for other codes. */
export function explain(code: ErrorCode, message: string): string {
  return EXPLANATIONS[code] ?? faultText(message);
}
