import type Database from 'libsql';
import type { Message } from '../../protocol/message.js';
import { digestOf, entryOf, FACETS } from './index-entry.js';
import { emptyTables } from './index-schema.js';
import { freeRowAt } from './row-numbers.js';

/** The state of the writer, which survives restarts. */
export interface Progress {
  /** Id of the table that was indexed: another one needs another index. */
  table: string;
  /** When the index was up to date for the last time, in milliseconds since 1970; 0: never. */
  complete_at: number;
  /** When the build had the newest messages for the last time, in milliseconds since 1970; 0: it has not begun. */
  built_at: number;
  /** The build has reached the messages before this id; null: it has not begun, or has ended. */
  built_from: string | null;
  /** Percent of the messages that the index has; 100 when it has been built. */
  percent: number;
}

const INITIAL: Progress = { table: '', complete_at: 0, built_at: 0, built_from: null, percent: 0 };

type Change = { id: string; message: Message | null };

/**
 * The writing side of the index: a file that maps words to ids of messages. It is derived from the table and can be deleted at
 * any time. Hits are read from the table before they are shown, so an outdated entry is never shown.
 */
export class SearchIndex {
  readonly #database: Database.Database;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(database: Database.Database) {
    this.#database = database;
    this.#statements = prepare(database);
  }

  get size(): number {
    return (this.#statements.count.get() as { n: number }).n;
  }

  get progress(): Progress {
    return readProgress(this.#database);
  }

  /** Deletes all entries. @param table id of the table that is indexed from now on */
  reset(table: string): void {
    emptyTables(this.#database);
    this.#writeProgress({ ...INITIAL, table });
  }

  /**
   * Writes changes and progress in one transaction. A message is added or replaced, null removes it; of
   * several changes of a message the last one counts. Unchanged messages cost a look-up.
   */
  apply(changes: readonly Change[], progress: Partial<Progress> = {}): void {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      // In the order of row numbers, which FTS5 writes in larger pieces.
      const last = new Map(changes.map((change) => [change.id, change]));
      const inOrder = [...last.values()].sort((a, b) => (a.message?.sent ?? 0) - (b.message?.sent ?? 0));
      for (const { id, message } of inOrder) {
        if (message) this.#put(message);
        else this.#remove(id);
      }
      this.#writeProgress(progress);
      this.#database.exec('COMMIT');
    } catch (error) {
      if (this.#database.inTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  /** Ids and digests of the indexed messages from an id up to, without, another one; null: to the end. */
  entriesBetween(from: string, to: string | null): Map<string, number> {
    const rows = (
      to === null ? this.#statements.idsFrom.all(from) : this.#statements.idsBetween.all(from, to)
    ) as { id: string; digest: number }[];
    return new Map(rows.map(({ id, digest }) => [id, digest]));
  }

  close(): void {
    this.#database.close();
  }

  #put(message: Message): void {
    const statements = this.#statements;
    const digest = digestOf(message);
    const stored = statements.find.get(message.id) as { row: number; digest: number } | undefined;
    if (stored?.digest === digest) return;
    if (stored) this.#removeRow(stored.row);
    const room = this.#numberOf('room', message.room);
    const { id_user } = message.author;
    const { body, chars, author, facets } = entryOf(message);
    const all = [FACETS.room(room), ...facets];
    if (id_user !== null) all.push(FACETS.author(this.#numberOf('author', id_user)));
    const row = freeRowAt(message.sent, (first, end) => {
      const { last } = statements.lastBetween.get(first, end) as { last: number | null };
      return last;
    });
    statements.insertDoc.run(row, message.id, room, digest);
    statements.insertWords.run(row, body, chars, author, all.join(' '));
  }

  #remove(id: string): void {
    const stored = this.#statements.find.get(id) as { row: number } | undefined;
    if (stored) this.#removeRow(stored.row);
  }

  #removeRow(row: number): void {
    this.#statements.deleteWords.run(row);
    this.#statements.deleteDoc.run(row);
  }

  #numberOf(kind: 'room' | 'author', name: string): number {
    const { select, insert } = this.#statements[kind];
    const found = select.get(name) as { no: number } | undefined;
    return found?.no ?? Number(insert.run(name).lastInsertRowid);
  }

  #writeProgress(progress: Partial<Progress>): void {
    for (const [key, value] of Object.entries(progress))
      this.#statements.setMeta.run(key, JSON.stringify(value));
  }
}

/** The progress of an index that has its tables. */
export function readProgress(database: Database.Database): Progress {
  const rows = database.prepare('SELECT key, value FROM meta').all() as { key: string; value: string }[];
  return { ...INITIAL, ...Object.fromEntries(rows.map(({ key, value }) => [key, JSON.parse(value)])) };
}

function prepare(database: Database.Database) {
  const numbers = (table: string, column: string) => ({
    select: database.prepare(`SELECT no FROM ${table} WHERE ${column} = ?`),
    insert: database.prepare(`INSERT INTO ${table} (${column}) VALUES (?)`),
  });
  return {
    count: database.prepare('SELECT count(*) AS n FROM docs'),
    find: database.prepare('SELECT row, digest FROM docs WHERE id = ?'),
    lastBetween: database.prepare('SELECT max(row) AS last FROM docs WHERE row >= ? AND row < ?'),
    insertDoc: database.prepare('INSERT INTO docs (row, id, room, digest) VALUES (?, ?, ?, ?)'),
    insertWords: database.prepare(
      'INSERT INTO words (rowid, body, chars, author, facets) VALUES (?, ?, ?, ?, ?)',
    ),
    deleteDoc: database.prepare('DELETE FROM docs WHERE row = ?'),
    deleteWords: database.prepare('DELETE FROM words WHERE rowid = ?'),
    idsFrom: database.prepare('SELECT id, digest FROM docs WHERE id >= ?'),
    idsBetween: database.prepare('SELECT id, digest FROM docs WHERE id >= ? AND id < ?'),
    setMeta: database.prepare('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)'),
    room: numbers('rooms', 'name'),
    author: numbers('authors', 'id_user'),
  };
}
