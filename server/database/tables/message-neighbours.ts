import type { Message } from '../../protocol/message.js';
import type { Database } from '../connection/database.js';
import { r, timeOf } from '../connection/reql.js';
import type { MessageRow } from '../schema/rows.js';
import { MESSAGES } from '../schema/tables.js';
import { toMessage } from './message-row.js';

/** The messages of a room right before and after a message. */
export interface Neighbours {
  previous: Message | null;
  next: Message | null;
}

/** The neighbours of some messages, in one query. @throws ChatError `database-unavailable` */
export async function neighboursOf(database: Database, messages: readonly Message[]): Promise<Neighbours[]> {
  const table = database.table(MESSAGES);
  const found = messages.map(({ room, sent, id }) => {
    const time = timeOf(sent);
    const previous = table
      .between([room, r.minval], [room, time], { index: 'room_sent', rightBound: 'closed' })
      .orderBy({ index: r.desc('room_sent') })
      .filter((row) => row('sent').lt(time).or(row('id').lt(id)));
    const next = table
      .between([room, time], [room, r.maxval], { index: 'room_sent' })
      .orderBy({ index: 'room_sent' })
      .filter((row) => row('sent').gt(time).or(row('id').gt(id)));
    return [previous.limit(1).coerceTo('array'), next.limit(1).coerceTo('array')];
  });
  if (found.length === 0) return [];
  const rows = (await database.run(r.expr(found))) as MessageRow[][][];
  return rows.map(([previous, next]) => ({
    previous: toMessage(previous?.[0] ?? null),
    next: toMessage(next?.[0] ?? null),
  }));
}
