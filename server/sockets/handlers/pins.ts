import { storedMessageId } from '../../database/tables/message-refusals.js';
import { cleanRoom } from '../../protocol/message.js';
import type { Handler } from './handler.js';

const pin =
  <T extends 'pinMessage' | 'unpinMessage'>(isPinned: boolean): Handler<T> =>
  async (connection, frame, { rooms }) => {
    const room = cleanRoom(frame.room);
    const id = storedMessageId(frame.id);
    const { ref } = frame;
    const by = connection.requireSession();
    await rooms.setPinned({ room, id, by, isPinned }, connection.address);
    connection.send({ type: 'ack', ref, room, id });
  };

export const pinMessage = pin<'pinMessage'>(true);
export const unpinMessage = pin<'unpinMessage'>(false);
