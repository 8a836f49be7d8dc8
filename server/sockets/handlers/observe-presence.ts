import { cleanRoom } from '../../message.js';
import { ROOMS_PER_SOCKET, tooManyRooms } from '../connection.js';
import type { Handler } from './handler.js';

/** Answers with an `ack`, and with the presence of each room, now and whenever it changes. */
export const observePresence: Handler<'observePresence'> = async (connection, frame, { access }) => {
  if (frame.rooms.length > ROOMS_PER_SOCKET) throw tooManyRooms();
  const rooms = frame.rooms.map((room) => cleanRoom(room));
  for (const room of rooms) await access.check(room, connection.session.id_user);
  connection.observe(rooms);
  connection.send({ type: 'ack', ref: frame.ref });
};
