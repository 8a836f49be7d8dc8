import { ChatError } from '../protocol/errors.js';
import type { Authenticator } from './authenticator.js';
import type { Session } from './session.js';

/** Whether names come from tokens. Guests choose theirs. */
export const areNamesGiven = ({ mode }: Pick<Authenticator, 'mode'>): boolean => mode !== 'guest';

/** Whether the name of a user comes from the token of this session. A token may state none. */
export const isNameGiven = (authenticator: Pick<Authenticator, 'mode'>, { issued }: Session): boolean =>
  areNamesGiven(authenticator) && issued !== 0;

/** @throws ChatError `name-is-given` if users cannot choose their names */
export function refuseGivenName(authenticator: Pick<Authenticator, 'mode'>): void {
  if (areNamesGiven(authenticator)) throw nameIsGiven();
}

export function nameIsGiven(): ChatError {
  const text = 'your name comes from your account: change it there';
  return new ChatError('name-is-given', text, { field: 'name' });
}
