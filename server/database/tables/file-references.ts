import type { Log } from '../../telemetry/logger.js';
import type { Database } from '../connection/database.js';
import { Feed } from '../connection/feed.js';
import { r } from '../connection/reql.js';
import type { MessageRow } from '../schema/rows.js';
import { MESSAGES } from '../schema/tables.js';
import { toMessageFiles } from './message-files.js';

/** The files that messages name, whichever program has written the messages. */
export class FileReferences {
  readonly #database: Database;
  readonly #log: Log;

  constructor(database: Database, log: Log) {
    this.#database = database;
    this.#log = log;
  }

  /**
   * Follows the messages with files. Changes during an interruption are not reported.
   * @param dropped called with the files that a message no longer names
   * @returns a function that stops following
   */
  follow(dropped: (ids: string[]) => void): () => void {
    const named = this.#database.table(MESSAGES).between(r.minval, r.maxval, { index: 'files' });
    const feed = new Feed<MessageRow>(
      this.#database,
      named,
      {
        opened: () => {},
        changed: (before, after) => {
          const kept = new Set(toMessageFiles(after?.files).map(({ id }) => id));
          const ids = toMessageFiles(before?.files).map(({ id }) => id);
          const gone = ids.filter((id) => !kept.has(id));
          if (gone.length > 0) dropped(gone);
        },
        lost: () => {},
      },
      this.#log,
    );
    return () => feed.close();
  }
}
