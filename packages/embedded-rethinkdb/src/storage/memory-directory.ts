import { existsSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SHARED_MEMORY = '/dev/shm';
/** Free bytes below which shared memory is not used: a container has 64 MB by default. */
const MIN_FREE_BYTES = 256 * 1024 * 1024;

/** The directory that holds the directories of databases in memory: shared memory, or else that of temporary files. */
export function memoryParent(): string {
  try {
    const { bavail, bsize } = statfsSync(SHARED_MEMORY);
    if (existsSync(SHARED_MEMORY) && bavail * bsize >= MIN_FREE_BYTES) return SHARED_MEMORY;
  } catch {
    // Not on this system.
  }
  return tmpdir();
}

/** A new directory for the files of a database in memory. */
export function createMemoryDirectory(parent: string): string {
  return mkdtempSync(join(parent, 'embedded-rethinkdb-'));
}

/**
 * Removes the directory of a database in memory. Once its files are open, they remain usable without their names, and
 * the system frees them when the process ends in any way. Windows cannot remove open files: there it fails, and must be
 * called again after the database was closed.
 */
export function removeMemoryDirectory(directory: string): void {
  try {
    rmSync(directory, { recursive: true, force: true });
  } catch (error) {
    if (process.platform !== 'win32') throw error;
  }
}
