import type { Author, Kind, Message } from '../../protocol/message.js';

/** A time as the run options RAW give it. */
export interface RawTime {
  epoch_time: number;
}

/** A row of `messages` as the driver gives it. The write hook has seen to it that these fields are there. */
export interface MessageRow {
  id: string;
  room: string;
  body: string;
  sent: RawTime;
  author: Author;
  kind: Kind;
  edited?: RawTime;
}

/**
 * The form in which rows leave the database layer. Fields of the row that are not ours stay behind.
 * Null for a row that is no message, as can only be where somebody took the write hook away.
 */
export function toMessage(row: MessageRow | null): Message | null {
  if (typeof row?.body !== 'string' || typeof row.room !== 'string' || typeof row.id !== 'string')
    return null;
  if (typeof row.sent?.epoch_time !== 'number' || typeof row.author?.name !== 'string') return null;
  const message: Message = {
    id: row.id,
    room: row.room,
    body: row.body,
    sent: inMilliseconds(row.sent),
    author: { id_user: row.author.id_user ?? null, name: row.author.name },
    kind: row.kind ?? 'message',
  };
  if (row.edited) message.edited = inMilliseconds(row.edited);
  return message;
}

function inMilliseconds(time: RawTime): number {
  return Math.round(time.epoch_time * 1000);
}
