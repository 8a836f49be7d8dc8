import type { Authenticator } from '../auth/authenticator.js';
import { areNamesGiven, isNameGiven } from '../auth/given-name.js';
import { withoutOwnMark } from '../database/tables/chosen-name.js';
import type { UserInfo } from '../database/tables/user-table.js';
import type { Presence } from '../presence/presence.js';
import type { SocketConnection } from './socket-connection.js';

export interface RenamePropagationDependencies {
  authenticator: Authenticator;
  presence: Pick<Presence, 'rename'>;
  connections: ReadonlySet<SocketConnection>;
}

/** Applies the changed name of a user to the sessions of the user's sockets, and to presence. */
export function propagateRename(
  { id_user, name, chosen }: UserInfo,
  { authenticator, presence, connections }: RenamePropagationDependencies,
): void {
  const isGiven = areNamesGiven(authenticator);
  let isRenamed = false;
  for (const connection of connections) {
    if (connection.id_user !== id_user) continue;
    const session = connection.requireSession();
    // A name from a token can get a mark; a row cannot replace it.
    if (isNameGiven(authenticator, session) && withoutOwnMark(session.name, id_user) !== chosen) continue;
    connection.setSession({ ...session, name });
    isRenamed = true;
  }
  if (!isGiven || isRenamed) presence.rename(id_user, name);
}
