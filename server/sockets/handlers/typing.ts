import { ChatError } from '../../protocol/errors.js';
import { cleanRoom } from '../../protocol/message.js';
import type { Handler } from './handler.js';

/** Not acknowledged, as the frame is frequent and carries no state. */
export const typing: Handler<'typing'> = (connection, frame, { presence }) => {
  const room = cleanRoom(frame.room);
  if (!connection.isIn(room)) throw new ChatError('not-joined', 'join the room first', { field: 'room' });
  const { id_user, name } = connection.requireSession();
  presence.typing(room, { id_user, name });
};
