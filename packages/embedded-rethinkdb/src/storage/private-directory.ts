import { chmodSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const DIRECTORY_MODE = 0o700;
const FILE_MODE = 0o600;
const OTHERS = 0o077;
const STICKY = 0o1000;

/**
 * Makes a directory that its owner alone can use, or withdraws the rights of others from one that is there. A directory
 * keeps its rights if it is shared (sticky), belongs to another user, or has files but not one of `ownFiles`.
 * @returns whether rights of others were withdrawn from a directory or a file that was there before
 */
export function makePrivate(directory: string, ownFiles: readonly string[]): boolean {
  mkdirSync(directory, { recursive: true, mode: DIRECTORY_MODE });
  const names = readdirSync(directory);
  const isOurs = names.length === 0 || ownFiles.some((name) => names.includes(name));
  const tightened = isOurs && restrict(directory, DIRECTORY_MODE);
  return makeFilesPrivate(directory, ownFiles) || tightened;
}

/** Withdraws the rights of others from files. @returns whether there were any */
export function makeFilesPrivate(directory: string, files: readonly string[]): boolean {
  const names = readdirSync(directory);
  return files
    .filter((name) => names.includes(name))
    .map((name) => restrict(join(directory, name), FILE_MODE))
    .includes(true);
}

function restrict(path: string, mode: number): boolean {
  const present = statSync(path);
  const isMine = present.uid === process.getuid?.();
  if (!isMine || (present.mode & OTHERS) === 0 || (present.mode & STICKY) !== 0) return false;
  if (present.isDirectory() !== (mode === DIRECTORY_MODE)) return false;
  chmodSync(path, mode);
  return true;
}
