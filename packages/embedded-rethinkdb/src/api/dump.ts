import { existsSync } from 'node:fs';
import { mkdtemp, open, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DumpError, type DumpSummary, readDumpFile, writeDumpFile } from '../dump/dump-file.js';
import { loadLines } from '../dump/read-dump.js';
import { dumpLines } from '../dump/write-dump.js';
import { compileStoredFunction } from '../query/functions/compile-stored.js';
import { copyDirectory } from '../storage/copy-directory.js';
import { DATA_FILE, DATABASE_FILES, DirectoryError } from '../storage/data-directory.js';
import { makePrivate } from '../storage/private-directory.js';
import { Storage } from '../storage/storage.js';
import { EmbeddedError } from './embedded-error.js';

export type { DumpSummary };

/**
 * Writes all databases, tables, indexes, write hooks and documents of a data directory to a file, atomically. The dump is
 * of one moment, even while a process uses the directory. A file whose name ends in `.gz` is compressed.
 * @throws EmbeddedError
 */
export function dumpDatabase({ directory, file }: { directory: string; file: string }): Promise<DumpSummary> {
  return dumpCopy((copy) => copyDirectory(resolve(directory), copy), file);
}

/**
 * Creates the database of a dump in a directory that has no database. It appears there when it is complete.
 * @throws EmbeddedError
 */
export async function loadDatabase({
  directory,
  file,
}: {
  directory: string;
  file: string;
}): Promise<DumpSummary> {
  const target = resolve(directory);
  return translateErrors(file, async () => {
    makePrivate(target, DATABASE_FILES);
    const present = DATABASE_FILES.find((name) => existsSync(join(target, name)));
    if (present !== undefined)
      throw new DirectoryError(
        'embedded-directory-unusable',
        `The directory ${target} has a database already.`,
      );
    const temporary = await mkdtemp(join(target, '.loading-'));
    try {
      const storage = Storage.open(temporary, { compileFunction: compileStoredFunction });
      const summary = await loadLines(storage, readDumpFile(file)).finally(() => storage.close());
      await rename(join(temporary, DATA_FILE), join(target, DATA_FILE));
      await syncDirectory(target);
      return summary;
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
  });
}

/** Dumps a copy of a data directory, which `copyTo` writes to a new directory beside the file. */
export function dumpCopy(copyTo: (directory: string) => Promise<void>, file: string): Promise<DumpSummary> {
  return translateErrors(file, async () => {
    const target = resolve(file);
    const temporary = await mkdtemp(`${target}.copy-`);
    try {
      await copyTo(temporary);
      const storage = Storage.open(temporary, { compileFunction: compileStoredFunction, readOnly: true });
      let summary: DumpSummary = { tables: 0, documents: 0 };
      const lines = dumpLines(storage, (counted) => {
        summary = counted;
      });
      await writeDumpFile(target, lines).finally(() => storage.close());
      return summary;
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
  });
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function translateErrors<T>(file: string, job: () => Promise<T>): Promise<T> {
  try {
    return await job();
  } catch (error) {
    if (error instanceof EmbeddedError) throw error;
    if (error instanceof DirectoryError) throw new EmbeddedError(error.code, error.message);
    if (error instanceof DumpError)
      throw new EmbeddedError(
        'embedded-dump-invalid',
        `The dump ${file} cannot be loaded: ${error.message}.`,
      );
    throw new EmbeddedError('embedded-failed', (error as Error).message);
  }
}
