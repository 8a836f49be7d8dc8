import { ChatError } from '../../protocol/errors.js';
import {
  type Author,
  type Kind,
  type Message,
  type MessageFile,
  newMessageId,
} from '../../protocol/message.js';
import { diagnostics } from '../../telemetry/diagnostics-channels.js';
import type { Database } from '../connection/database.js';
import { keepStored, timeOf } from '../connection/reql.js';
import type { Datum, RawTime, WriteResult } from '../connection/reql-types.js';
import type { MessageRow } from '../schema/rows.js';
import { MESSAGES } from '../schema/tables.js';
import { InsertQueue } from './insert-queue.js';
import { messageRefusal } from './message-refusals.js';
import { toMessage } from './message-row.js';

/** A message to be written. Texts have been cleaned by the rules of protocol/message.ts. */
export interface NewMessage {
  /** Default: a new UUIDv7. */
  id?: string | undefined;
  room: string;
  body: string;
  author: Author;
  kind?: Kind;
  /** Id of the message that this one replies to. */
  reply_to?: string | undefined;
  files?: readonly MessageFile[];
}

export interface Inserted {
  message: Message;
  /** False when the same message was stored already: a retry. */
  created: boolean;
}

interface NewRow {
  id: string;
  room: string;
  body: string;
  author: Author;
  kind: Kind;
  sent: Datum<RawTime>;
  reply_to?: string;
  files?: readonly MessageFile[];
}

/** Inserts into `messages`, in batches. */
export class MessageInserts {
  readonly #database: Database;
  readonly #queue = new InsertQueue<NewRow, Inserted>(
    (rows) => this.#insertBatch(rows),
    ({ body }) => body.length,
  );
  #lastSent = 0;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Messages that wait to be inserted. */
  get queued(): number {
    return this.#queue.depth;
  }

  /**
   * Writes a message; resolves when the database has it on disk. A retry with the id of the author's own message stores no
   * second message and is no error. @throws ChatError `id-taken` when another message has this id
   */
  async insert({ id = newMessageId(), reply_to, files = [], ...added }: NewMessage): Promise<Inserted> {
    const { room, body, author, kind = 'message' } = added;
    // Stamped here and never decreasing, so that one sender's messages keep their order in whichever batch they are.
    // Ids of bots' replies do not increase, so their times do.
    this.#lastSent = Math.max(this.#lastSent + (kind === 'bot' ? 1 : 0), Date.now());
    const sent = timeOf(this.#lastSent);
    const row: NewRow = {
      ...{ id, room, body, author, kind, sent },
      ...(reply_to !== undefined && { reply_to }),
      ...(files.length > 0 && { files }),
    };
    const inserted = await this.#queue.insert(row, author.id_user ?? room);
    const { message } = inserted;
    if (message.room !== room || message.author.id_user !== author.id_user) {
      throw new ChatError('id-taken', 'another message has this id', { field: 'id' });
    }
    return inserted;
  }

  #insertOneByOne(rows: NewRow[]): Promise<(Inserted | Error)[]> {
    return Promise.all(
      rows.map((row) =>
        this.#insertBatch([row]).then(
          ([only]) => only ?? messageRefusal(),
          (error: Error) => error,
        ),
      ),
    );
  }

  /** One query for many rows; a conflict leaves the stored row as it is. */
  async #insertBatch(rows: NewRow[]): Promise<(Inserted | Error)[]> {
    const insert = this.#database
      .table(MESSAGES)
      .insert(rows, { conflict: keepStored, returnChanges: 'always' });
    const begin = performance.now();
    let result: WriteResult<MessageRow>;
    try {
      result = await this.#database.run(insert);
    } catch (error) {
      if (rows.length === 1 || !(error instanceof ChatError) || error.code !== 'storage-full') throw error;
      // The rows before the one that did not fit are written: each row gets its own result.
      return this.#insertOneByOne(rows);
    }
    diagnostics.inserted.publish({ rows: rows.length, seconds: (performance.now() - begin) / 1000 });
    const written = new Map<string, Inserted>();
    for (const { old_val, new_val, error } of result.changes ?? []) {
      const message = error === undefined ? toMessage(new_val) : null;
      if (!message) continue;
      const created = old_val === null || written.get(message.id)?.created === true;
      written.set(message.id, { message, created });
    }
    // An error in `changes` does not name its row, so a row without a result is written by itself.
    return Promise.all(
      rows.map(async ({ id }, i) => {
        const inserted = written.get(id);
        if (inserted) {
          // The same message may be in the batch again.
          written.set(id, { ...inserted, created: false });
          return inserted;
        }
        if (rows.length === 1) return messageRefusal(result.first_error);
        const [alone] = await this.#insertOneByOne(rows.slice(i, i + 1));
        return alone ?? messageRefusal(result.first_error);
      }),
    );
  }
}
