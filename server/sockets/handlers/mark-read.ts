import { cleanRoom } from '../../protocol/message.js';
import type { Handler } from './handler.js';

/** How far this user has read; moves only forward. Nothing is kept for who has not joined. */
export const markRead: Handler<'markRead'> = async (connection, frame, { memberships }) => {
  const room = cleanRoom(frame.room);
  await memberships.markRead(room, connection.session.id_user, frame.position);
  connection.send({ type: 'ack', ref: frame.ref, room });
};
