import { cleanRoom } from '../../protocol/message.js';
import type { Handler } from './handler.js';

export const leaveRoom: Handler<'leaveRoom'> = (connection, frame) => {
  const room = cleanRoom(frame.room);
  connection.leave(room);
  connection.send({ type: 'ack', ref: frame.ref, room });
};
