import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { open, type RootDatabase } from 'lmdb';
import { DATA_FILE, DirectoryError } from './data-directory.js';
import { checkMetaPages } from './environment.js';

/** Copies the last committed state of an open database to a new directory. Writers are not blocked. */
export async function copyOpenDatabase(root: RootDatabase<Buffer, Buffer>, target: string): Promise<void> {
  mkdirSync(target, { recursive: true, mode: 0o700 });
  // A compacting copy would have one meta page only, which the check of data files refuses.
  await root.backup(target, false);
}

/** The same for a data directory, which another process may be using. @throws DirectoryError */
export async function copyDirectory(directory: string, target: string): Promise<void> {
  const file = join(directory, DATA_FILE);
  if (!existsSync(file))
    throw new DirectoryError('embedded-directory-unusable', `The directory ${directory} has no database.`);
  checkMetaPages(directory);
  const root = open<Buffer, Buffer>({ path: directory, noSubdir: false, maxDbs: 4, readOnly: true });
  try {
    await copyOpenDatabase(root, target);
  } finally {
    await root.close();
  }
}
