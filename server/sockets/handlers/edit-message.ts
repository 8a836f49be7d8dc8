import { cleanBody, cleanId, cleanRoom } from '../../protocol/message.js';
import type { Handler } from './handler.js';

export const editMessage: Handler<'editMessage'> = async (connection, frame, { rooms }) => {
  const room = cleanRoom(frame.room);
  const id = cleanId(frame.id);
  const body = cleanBody(frame.body);
  await rooms.edit({ room, id, body, by: connection.requireSession().id_user }, connection.address);
  connection.send({ type: 'ack', ref: frame.ref, room, id });
};
