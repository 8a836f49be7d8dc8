import { cleanRoom } from '../../protocol/message.js';
import type { Handler } from './handler.js';

/** Stores the user's reading position, which only moves forward. Users who have not joined have none. */
export const markRead: Handler<'markRead'> = async (connection, frame, { memberships }) => {
  const room = cleanRoom(frame.room);
  await memberships.markRead(room, connection.requireSession().id_user, frame.position);
  connection.send({ type: 'ack', ref: frame.ref, room });
};
