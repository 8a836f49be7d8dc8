import { refuseGivenName } from '../../auth/given-name.js';
import { cleanName } from '../../protocol/message.js';
import type { Handler } from './handler.js';

/** Writes the name to the table; the users feed notifies all sockets concerned, including this one. */
export const identityChange: Handler<'identityChange'> = async (connection, frame, dependencies) => {
  const { authenticator, limits, users } = dependencies;
  refuseGivenName(authenticator);
  const name = cleanName(frame.name);
  const { address } = connection;
  const session = connection.requireSession();
  await limits.rename(session.id_user, address);
  await limits.heavyWrites.run(address, () => users.rename(session, name));
  connection.send({ type: 'ack', ref: frame.ref });
};
