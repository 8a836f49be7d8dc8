import { ChatError } from '../../protocol/errors.js';
import type { Handler } from './handler.js';

/** Brings a token, at first or before the last one expires. A socket stays whose it is. */
export const authenticate: Handler<'authenticate'> = async (
  connection,
  frame,
  { authenticator, welcome },
) => {
  const credentials = { bearerToken: frame.token, address: connection.address };
  const session = await authenticator.authenticate(credentials);
  if (!session) throw new ChatError('bad-token', 'tokens mean nothing here', { field: 'token' });
  if (connection.isAuthenticated && connection.id_user !== session.id_user) {
    throw new ChatError('bad-token', 'the token belongs to somebody else', { field: 'token' });
  }
  await welcome(connection, session, credentials);
  connection.send({ type: 'ack', ref: frame.ref });
};
