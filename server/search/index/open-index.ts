import { rmSync } from 'node:fs';
import Database from 'libsql';

/** Milliseconds to wait for another process that writes. */
const BUSY_TIMEOUT_MS = 5_000;
const CACHE_KIB = 16_384;

/** Opens an index file. @throws SqliteError */
export function openIndex(path: string): Database.Database {
  const database = new Database(path, { timeout: BUSY_TIMEOUT_MS });
  // A power failure may lose the last transactions, which are read again, but does not damage the file.
  database.exec('PRAGMA journal_mode = WAL');
  database.exec('PRAGMA synchronous = NORMAL');
  database.exec(`PRAGMA cache_size = -${CACHE_KIB}`);
  return database;
}

/** Deletes an index file that cannot be read. */
export function removeIndex(path: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true });
}

/** Whether an error means that the file is no valid index, so that it has to be built again. */
export function isDamage(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false;
  return typeof error.code === 'string' && /^SQLITE_(CORRUPT|NOTADB)/.test(error.code);
}
