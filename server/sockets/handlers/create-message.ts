import { cleanFiles } from '../../protocol/file.js';
import { cleanBody, cleanCaption, cleanId, cleanReplyTo, cleanRoom } from '../../protocol/message.js';
import type { Handler } from './handler.js';

export const createMessage: Handler<'createMessage'> = async (
  connection,
  { ref, message },
  { rooms, presence },
) => {
  const room = cleanRoom(message.room);
  const files = cleanFiles(message.files);
  const body = files.length > 0 ? cleanCaption(message.body) : cleanBody(message.body);
  const id = message.id === undefined ? undefined : cleanId(message.id);
  const reply_to = cleanReplyTo(message.reply_to);
  const { id_user, name } = connection.requireSession();
  const { message: written, notice } = await rooms.post(
    { id, room, body, reply_to, files, author: { id_user, name } },
    connection.address,
  );
  presence.stopTyping(room, id_user);
  connection.send({ type: 'ack', ref, room, id: written.id });
  // Not awaited: the next frame of this socket must not wait for the broker.
  void Promise.resolve(notice).then((error) => {
    if (error) connection.send({ type: 'error', room, code: error.code, message: error.message });
  });
};
