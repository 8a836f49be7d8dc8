import { cleanRoom } from '../../protocol/message.js';
import type { Handler } from './handler.js';

export const loadHistory: Handler<'loadHistory'> = async (connection, frame, { limits, rooms, users }) => {
  const room = cleanRoom(frame.room);
  const { id_user } = connection.requireSession();
  await limits.history(id_user, connection.address);
  const reader = await rooms.reader(room, id_user);
  await limits.heavyWork.run(connection.address, async () => {
    const older = await reader.before(room, frame.before, frame.limit);
    const names = await users.namesFor(older.messages);
    connection.requireSameUser(id_user);
    connection.send({ type: 'history', ref: frame.ref, room, ...older, names });
  });
};
