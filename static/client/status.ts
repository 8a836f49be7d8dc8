import type { ErrorCode } from '../../server/protocol/errors.js';
import type { RoomStatus } from './room-session.js';

/** Why a server does not want this socket: it stops, there are too many, or nobody can tell whose it is. */
export type AwayReason = 'restart' | 'too-many-sockets' | 'auth-unavailable';

export type ConnectionState =
  | { name: 'connecting' }
  | { name: 'open' }
  /** Tries again at `until`, milliseconds since 1970. */
  | { name: 'waiting'; until: number; reason?: AwayReason | undefined }
  | { name: 'offline' };

/** What the page says about its connection; `countdown` in whole seconds. */
export interface Status {
  name: 'connecting' | 'live' | 'reconnecting' | 'offline' | 'stale' | 'refused';
  text: string;
  countdown?: number;
  /** What needs a sentence, and perhaps the reader's help. */
  notice?: string;
}

/** @param refusal why the room cannot be entered, in words */
export function describeStatus(
  connection: ConnectionState,
  room: RoomStatus,
  refusal: string | null,
  now: number,
): Status {
  if (connection.name === 'offline') return { name: 'offline', text: 'Offline' };
  if (connection.name === 'waiting') {
    const countdown = Math.max(0, Math.ceil((connection.until - now) / 1000));
    const { reason } = connection;
    const notice = reason === undefined || reason === 'restart' ? undefined : EXPLANATIONS[reason];
    const text = reason === 'restart' ? 'The server restarts, back' : 'Reconnecting';
    return { name: 'reconnecting', text, countdown, ...(notice && { notice }) };
  }
  const notice = refusal === null ? {} : { notice: refusal };
  if (room === 'refused') return { name: 'refused', text: 'Not in the room', ...notice };
  if (room === 'live') return { name: 'live', text: 'Live' };
  if (room === 'stale') return { name: 'stale', text: 'Waiting for the database' };
  return { name: 'connecting', text: 'Connecting', ...notice };
}

const SIGN_IN = 'Sign in at your provider, then load this page again.';

const EXPLANATIONS: Partial<Record<ErrorCode, string>> = {
  'login-required': `You are not signed in. ${SIGN_IN}`,
  'bad-token': `You are not signed in any more. ${SIGN_IN}`,
  'token-expired': `Your sign-in has expired. ${SIGN_IN}`,
  'auth-unavailable': 'Nobody can tell who you are at the moment. This page tries again by itself.',
  'too-many-sockets':
    'Too many windows are open from your address. Close some of them; this one tries again by itself.',
  'rate-limited': 'That was too much in too little time. This page tries again by itself.',
  'too-many-frames': 'That was too much in too little time. This page tries again by itself.',
  'not-a-member': 'This room is for its members now. Load this page again to join.',
};

/** What an error means for the reader, in words; `message`: in those of the server. */
export function explain(code: ErrorCode, message: string): string {
  return EXPLANATIONS[code] ?? message;
}

/** Whether an error says that the server does not know, or not any more, whose socket this is. */
export function isLogin(code: ErrorCode): boolean {
  return code === 'login-required' || code === 'bad-token' || code === 'token-expired';
}
