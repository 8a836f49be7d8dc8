import Database from 'libsql';

/**
 * Elects the process of a host that writes the index: the one with an exclusive transaction on a file of its own. The
 * operating system ends the lock with the process, also after `kill -9`.
 */
export class WriterLock {
  readonly #database: Database.Database;

  constructor(path: string) {
    this.#database = new Database(path, { timeout: 0 });
  }

  /** @returns whether this process is the writer now */
  acquire(): boolean {
    try {
      this.#database.exec('BEGIN EXCLUSIVE');
      return true;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'SQLITE_BUSY') return false;
      throw error;
    }
  }

  close(): void {
    this.#database.close();
  }
}
