import { cleanBody, cleanId, cleanRoom } from '../../message.js';
import type { Handler } from './handler.js';

export const createMessage: Handler<'createMessage'> = async (connection, { ref, message }, { rooms }) => {
  const room = cleanRoom(message.room);
  const body = cleanBody(message.body);
  const id = message.id === undefined ? undefined : cleanId(message.id);
  const inserted = await rooms.post({ id, room, body, author: connection.identity });
  connection.send({ type: 'ack', ref, room, id: inserted.message.id });
};
