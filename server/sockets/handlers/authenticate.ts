import { ChatError } from '../../protocol/errors.js';
import type { Handler } from './handler.js';

/** Authenticates by a token: the first one, or a new one before the last one expires. The user cannot change. */
export const authenticate: Handler<'authenticate'> = async (
  connection,
  frame,
  { authenticator, welcome },
) => {
  const credentials = { bearerToken: frame.token, address: connection.address };
  const session = await authenticator.authenticate(credentials);
  if (!session) throw new ChatError('bad-token', 'this server does not use tokens', { field: 'token' });
  if (connection.isAuthenticated && connection.id_user !== session.id_user) {
    throw new ChatError('bad-token', 'the token belongs to another user', { field: 'token' });
  }
  await welcome(connection, session, credentials);
  connection.send({ type: 'ack', ref: frame.ref });
};
