import { cleanRoom } from '../../protocol/message.js';
import { ROOMS_PER_SOCKET, tooManyRooms } from '../socket-connection.js';
import type { Handler } from './handler.js';

/** Answers with an `ack`, and with the presence of each room, now and after each change; new messages too with `activity`. */
export const observePresence: Handler<'observePresence'> = async (connection, frame, { access }) => {
  if (frame.rooms.length > ROOMS_PER_SOCKET) throw tooManyRooms();
  const rooms = frame.rooms.map((room) => cleanRoom(room));
  const { id_user } = connection.requireSession();
  await Promise.all(rooms.map((room) => access.authorise(room, id_user, 'read')));
  connection.requireSameUser(id_user);
  connection.observe(rooms, frame.activity);
  // A right that ended while the others were checked was announced to observers alone.
  await Promise.all(rooms.map((room) => connection.recheckObserved(room, access)));
  connection.send({ type: 'ack', ref: frame.ref });
};
