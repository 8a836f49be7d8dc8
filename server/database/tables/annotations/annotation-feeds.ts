import type { Log } from '../../../telemetry/logger.js';
import type { Database } from '../../connection/database.js';
import { Feed } from '../../connection/feed.js';
import type { PinRow, ReactionRow } from '../../schema/rows.js';
import { PINS, REACTIONS } from '../../schema/tables.js';

export interface AnnotationListener {
  /** @param room of the message, as the row states it; null where it states none */
  changed(id_message: string, room: string | null): void;
  /** A feed is open. @param isFirst false: it was interrupted, and changes of any message may have been missed */
  opened(isFirst: boolean): void;
}

type Row = ReactionRow | PinRow;

/**
 * Follows reactions and pins of all rooms by one feed for each table: they are written rarely, and a feed for each room would
 * slow down the writes of all rooms. @returns a function that stops following
 */
export function followAnnotations(database: Database, listener: AnnotationListener, log: Log): () => void {
  const receive = () => {
    let isFirst = true;
    return {
      opened: () => {
        listener.opened(isFirst);
        isFirst = false;
      },
      changed: (before: Row | null, after: Row | null) => {
        for (const row of [before, after]) if (row) report(row, listener);
      },
      lost: () => {},
    };
  };
  const feeds = [
    new Feed<ReactionRow>(database, database.table(REACTIONS), receive(), log),
    new Feed<PinRow>(database, database.table(PINS), receive(), log),
  ];
  return () => {
    for (const feed of feeds) feed.close();
  };
}

function report(row: Row, listener: AnnotationListener): void {
  const id = messageOf(row);
  if (typeof id === 'string') listener.changed(id, typeof row.room === 'string' ? row.room : null);
}

function messageOf(row: Row): unknown {
  if (Array.isArray(row.id)) return row.id[0];
  return 'id_message' in row ? row.id_message : row.id;
}
