import { cleanId, cleanRoom } from '../../protocol/message.js';
import type { Handler } from './handler.js';

export const deleteMessage: Handler<'deleteMessage'> = async (connection, frame, { rooms }) => {
  const room = cleanRoom(frame.room);
  const id = cleanId(frame.id);
  await rooms.remove({ room, id, by: connection.requireSession().id_user }, connection.address);
  connection.send({ type: 'ack', ref: frame.ref, room, id });
};
