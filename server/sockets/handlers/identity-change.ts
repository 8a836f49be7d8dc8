import { cleanName } from '../../message.js';
import type { Handler } from './handler.js';

/** Writes the name to the table; the users feed tells everybody, this socket among them. */
export const identityChange: Handler<'identityChange'> = async (connection, frame, { users }) => {
  await users.rename(connection.session.id_user, cleanName(frame.name));
  connection.send({ type: 'ack', ref: frame.ref });
};
