import { storedMessageId } from '../../database/tables/message-refusals.js';
import { cleanRoom } from '../../protocol/message.js';
import { cleanEmoji } from '../../protocol/text/reaction-emoji.js';
import type { Handler } from './handler.js';

const reaction =
  <T extends 'addReaction' | 'removeReaction'>(isAdded: boolean): Handler<T> =>
  async (connection, frame, { rooms }) => {
    const room = cleanRoom(frame.room);
    const id = storedMessageId(frame.id);
    const { ref } = frame;
    const by = connection.requireSession();
    await rooms.react({ room, id, by, emoji: cleanEmoji(frame.emoji), isAdded }, connection.address);
    connection.send({ type: 'ack', ref, room, id });
  };

export const addReaction = reaction<'addReaction'>(true);
export const removeReaction = reaction<'removeReaction'>(false);
