import { refuseGivenName } from '../../auth/given-name.js';
import { cleanName } from '../../protocol/message.js';
import type { Handler } from './handler.js';

/** Writes the name to the table; the users feed tells everybody, this socket among them. */
export const identityChange: Handler<'identityChange'> = async (connection, frame, parts) => {
  const { authenticator, limits, users } = parts;
  refuseGivenName(authenticator);
  const name = cleanName(frame.name);
  const { session, address } = connection;
  await limits.rename(session.id_user, address);
  await limits.heavyWrites.run(address, () => users.rename(session, name));
  connection.send({ type: 'ack', ref: frame.ref });
};
