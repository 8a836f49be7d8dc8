import { chmodSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const DIRECTORY_MODE = 0o700;
const FILE_MODE = 0o600;
const OTHERS = 0o077;
const STICKY = 0o1000;

/**
 * Creates a directory that only its owner can use, or revokes the permissions of others from an existing one. A directory
 * keeps its permissions if it is shared (sticky), belongs to another user, or has files but none of `ownFiles`.
 * @returns whether permissions of others were revoked from an existing directory or file
 */
export function makePrivate(directory: string, ownFiles: readonly string[]): boolean {
  mkdirSync(directory, { recursive: true, mode: DIRECTORY_MODE });
  const names = readdirSync(directory);
  const isOurs = names.length === 0 || ownFiles.some((name) => names.includes(name));
  const tightened = isOurs && restrict(directory, DIRECTORY_MODE);
  return makeFilesPrivate(directory, ownFiles) || tightened;
}

/** Revokes the permissions of others from files. @returns whether there were any */
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
