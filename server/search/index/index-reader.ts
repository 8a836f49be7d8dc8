import { statSync } from 'node:fs';
import type Database from 'libsql';
import { type IndexQuery, queryIndex } from './index-query.js';
import { hasTables } from './index-schema.js';
import { openIndex } from './open-index.js';
import { readProgress } from './search-index.js';
import type { Found } from './thread-messages.js';

/** The reading side of the index, in every process. The writer may be another process, which may replace the file. */
export class IndexReader {
  readonly #path: string;
  #open: { database: Database.Database; inode: number } | null = null;

  constructor(path: string) {
    this.#path = path;
  }

  /** Nothing is found while there is no index. @throws SqliteError */
  query(query: IndexQuery): Found {
    const database = this.#current();
    if (!database || !hasTables(database)) return { hits: [], percent: 0 };
    try {
      return { hits: queryIndex(database, query), percent: readProgress(database).percent };
    } catch (error) {
      this.close();
      throw error;
    }
  }

  close(): void {
    this.#open?.database.close();
    this.#open = null;
  }

  #current(): Database.Database | null {
    const inode = inodeOf(this.#path);
    if (this.#open && this.#open.inode !== inode) this.close();
    if (!this.#open && inode !== null) this.#open = { database: openIndex(this.#path), inode };
    return this.#open?.database ?? null;
  }
}

function inodeOf(path: string): number | null {
  return statSync(path, { throwIfNoEntry: false })?.ino ?? null;
}
