import { refuseGivenName } from '../../auth/given-name.js';
import { cleanName } from '../../message.js';
import type { Handler } from './handler.js';

/** Writes the name to the table; the users feed tells everybody, this socket among them. */
export const identityChange: Handler<'identityChange'> = async (
  connection,
  frame,
  { authenticator, users },
) => {
  refuseGivenName(authenticator);
  await users.rename(connection.session, cleanName(frame.name));
  connection.send({ type: 'ack', ref: frame.ref });
};
