import { cleanRoom } from '../../protocol/message.js';
import { leftBeforeJoining } from '../socket-connection.js';
import type { Handler } from './handler.js';

/** Answers with the room's window; its changes follow as frames of their own. */
export const joinRoom: Handler<'joinRoom'> = async (connection, frame, { users }) => {
  const name = cleanRoom(frame.room);
  const { room } = await connection.join(name);
  const quoted = await room.references.quoted();
  const names = await users.namesFor(room.snapshot.messages, quoted);
  // The right to be here may have ended during the lookup; then the socket has been notified.
  if (!connection.isIn(name)) throw leftBeforeJoining();
  const { hasOlder, live } = room.snapshot;
  const head = JSON.stringify({
    type: 'roomSnapshot',
    ref: frame.ref,
    room: name,
    hasOlder,
    live,
    names,
    quoted,
  });
  connection.sendJson(`${head.slice(0, -1)},"messages":${room.messagesJson}}`);
  connection.followPeople(name);
};
