import { noSuchMessage } from '../../database/tables/message-refusals.js';
import type { Newer, Older } from '../../database/tables/messages.js';
import type { ClientFrame } from '../../protocol/frames.js';
import { cleanRoom } from '../../protocol/message.js';
import type { RoomReader } from '../../rooms/room-service.js';
import type { Handler } from './handler.js';

export const loadHistory: Handler<'loadHistory'> = async (connection, frame, { limits, rooms, users }) => {
  const room = cleanRoom(frame.room);
  const { id_user } = connection.requireSession();
  await limits.history(id_user, connection.address);
  const reader = await rooms.reader(room, id_user);
  await limits.heavyWork.run(connection.address, async () => {
    const page = await read(reader, room, frame);
    const quoted = await reader.quotesFor(page.messages);
    const names = await users.namesFor(page.messages, quoted);
    connection.requireSameUser(id_user);
    connection.send({ type: 'history', ref: frame.ref, room, ...page, names, quoted });
  });
};

/** @throws ChatError `no-such-message` */
async function read(
  reader: RoomReader,
  room: string,
  { before, after, around = '', limit }: ClientFrame<'loadHistory'>,
): Promise<Older & Newer> {
  // There are messages on the other side of a position, unless it is not that of a message.
  if (before) return { ...(await reader.before(room, before, limit)), hasNewer: true };
  if (after) return { ...(await reader.after(room, after, limit)), hasOlder: true };
  const page = await reader.around(room, around, limit);
  if (!page) throw noSuchMessage();
  return page;
}
