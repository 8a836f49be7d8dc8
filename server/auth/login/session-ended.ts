import { ChatError } from '../../protocol/errors.js';

/** The error for a session that was ended, by the user, the issuer, or any program that has deleted its row. */
export function sessionEnded(): ChatError {
  return new ChatError('session-ended', 'you are signed out: sign in again');
}
