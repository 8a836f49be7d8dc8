import { ChatError } from '../../protocol/errors.js';
import { cleanRoom } from '../../protocol/message.js';
import type { Handler } from './handler.js';

/** Not acknowledged, as the frame is frequent and carries no state. */
export const typing: Handler<'typing'> = async (connection, frame, { access, presence }) => {
  const room = cleanRoom(frame.room);
  if (!connection.isIn(room)) throw new ChatError('not-joined', 'join the room first', { field: 'room' });
  const { id_user, name } = connection.requireSession();
  await access.authorise(room, id_user, 'post');
  if (!connection.isIn(room)) return;
  presence.typing(room, { id_user, name });
};
