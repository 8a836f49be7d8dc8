import { cleanRoom } from '../../message.js';
import type { Handler } from './handler.js';

export const loadHistory: Handler<'loadHistory'> = async (connection, frame, { rooms, users }) => {
  const room = cleanRoom(frame.room);
  const older = await (await rooms.reader(room, connection.id_user)).before(room, frame.before, frame.limit);
  const names = await users.namesFor(older.messages);
  connection.send({ type: 'history', ref: frame.ref, room, ...older, names });
};
