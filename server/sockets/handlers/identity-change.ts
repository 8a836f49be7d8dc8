import { cleanName } from '../../message.js';
import type { Handler } from './handler.js';

/** Writes the name to the table; the users feed tells everybody, this socket among them. */
export const identityChange: Handler<'identityChange'> = async (connection, frame, { limits, users }) => {
  const name = cleanName(frame.name);
  const { id_user } = connection.session;
  await limits.rename(id_user, connection.address);
  await users.rename(id_user, name);
  connection.send({ type: 'ack', ref: frame.ref });
};
