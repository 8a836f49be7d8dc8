import type { Position } from '../../protocol/message.js';
import type { Log } from '../../telemetry/logger.js';
import type { Database } from '../connection/database.js';
import { Feed } from '../connection/feed.js';
import { millisecondsOf } from '../connection/reql.js';
import type { MessageRow } from '../schema/rows.js';
import { MESSAGES, usersMentionedIn } from '../schema/tables.js';

/** A new message, without its text. */
export interface NewMessageSign extends Position {
  room: string;
  id_user: string | null;
  /** Ids of the users that it mentions. */
  mentions: readonly string[];
}

export interface ActivityListener {
  /** A message was written. */
  added(sign: NewMessageSign): void;
  /** Messages of a room were deleted or moved: only the database can count. */
  recounted(room: string): void;
  /** Changes of any room may have been missed. */
  missed(): void;
}

/** Follows the messages of all rooms, without their texts. @returns a function that stops following */
export function followActivity(database: Database, listener: ActivityListener, log: Log): () => void {
  let wasLost = false;
  const feed = new Feed<ActivityRow>(
    database,
    database
      .table(MESSAGES)
      // Without a body where the write hook was removed: an error would end the feed.
      .merge((row) => ({ mentions: usersMentionedIn(row('body').default('').coerceTo('string')) }))
      .pluck('id', 'room', 'sent', 'author', 'mentions'),
    {
      opened: () => {
        if (wasLost) listener.missed();
      },
      changed: (before, after) => {
        const [from, to] = [before && toSign(before), after && toSign(after)];
        if (!from && to) listener.added(to);
        else
          for (const room of new Set([from?.room, to?.room]))
            if (room !== undefined) listener.recounted(room);
      },
      lost: () => {
        wasLost = true;
      },
    },
    log,
  );
  return () => feed.close();
}

interface ActivityRow extends Pick<MessageRow, 'id' | 'room' | 'sent' | 'author'> {
  mentions: string[];
}

/** Null for a row that is not a message, see `toMessage`. */
function toSign({ id, room, sent, author, mentions }: ActivityRow): NewMessageSign | null {
  const time = millisecondsOf(sent);
  if (typeof id !== 'string' || typeof room !== 'string' || time === null) return null;
  const id_user = author?.id_user;
  return { id, room, sent: time, id_user: typeof id_user === 'string' ? id_user : null, mentions };
}
