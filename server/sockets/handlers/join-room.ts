import { cleanRoom } from '../../message.js';
import type { Handler } from './handler.js';

/** Answers with the room's window; what happens in it from then on follows by itself. */
export const joinRoom: Handler<'joinRoom'> = async (connection, frame) => {
  const { room } = await connection.join(cleanRoom(frame.room));
  const { hasOlder, live } = room.snapshot;
  const head = JSON.stringify({ type: 'roomSnapshot', ref: frame.ref, room: room.name, hasOlder, live });
  connection.sendJson(`${head.slice(0, -1)},"messages":${room.messagesJson}}`);
};
