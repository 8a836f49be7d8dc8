import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Database, open, type RootDatabase } from 'lmdb';

/** The three LMDB databases of a data directory. Keys are raw bytes: see ranges.ts for their layout. */
export interface Environment {
  readonly root: RootDatabase<Buffer, Buffer>;
  /** Databases, tables and indexes by a textual key, as JSON. */
  readonly catalog: Database<string, Buffer>;
  /** Documents as JSON, by table number and primary key. */
  readonly rows: Database<string, Buffer>;
  /** Secondary indexes, by index number, index value and primary key. */
  readonly entries: Database<Buffer, Buffer>;
}

/** The data directory cannot be used; `code` is what `startEmbedded` passes on. */
export class DirectoryError extends Error {
  constructor(
    readonly code: 'embedded-directory-unusable' | 'embedded-directory-locked',
    message: string,
  ) {
    super(message);
    this.name = 'DirectoryError';
  }
}

/**
 * Opens (or creates) the LMDB environment of a directory, for this process alone. A commit returns when its
 * pages and then the meta page that names them are on the disk: with `overlappingSync`, LMDB would call
 * fdatasync within a synchronous commit all the same, and keep a third meta page for nothing.
 */
export function openEnvironment(directory: string): Environment {
  const path = resolve(directory);
  let root: RootDatabase<Buffer, Buffer>;
  try {
    mkdirSync(path, { recursive: true });
    root = open({
      path,
      noSubdir: false, // else a directory with a dot in its name is taken for a file
      maxDbs: 4,
      keyEncoding: 'binary',
      encoding: 'binary',
      overlappingSync: false,
    });
  } catch (error) {
    throw new DirectoryError(
      'embedded-directory-unusable',
      `The data directory ${path} cannot be used: ${(error as Error).message}`,
    );
  }
  const rows = root.openDB<string, Buffer>({ name: 'rows', keyEncoding: 'binary', encoding: 'string' });
  rows.get(Buffer.from([0])); // a first read enters this process in LMDB's table of readers
  refuseSecondProcess(root, path);
  return {
    root,
    rows,
    catalog: root.openDB<string, Buffer>({ name: 'catalog', keyEncoding: 'binary', encoding: 'string' }),
    entries: root.openDB<Buffer, Buffer>({ name: 'entries', keyEncoding: 'binary', encoding: 'binary' }),
  };
}

/**
 * LMDB would let a second process in, but tables are cached and feeds are notified within one process.
 * Its table of readers names every process that has read; the kernel's locks on it end with their owner,
 * so that a killed process leaves nothing behind once `readerCheck` has looked.
 */
function refuseSecondProcess(root: RootDatabase<Buffer, Buffer>, path: string): void {
  root.readerCheck();
  const pids = root
    .readerList()
    .split('\n')
    .map((line) => Number(/^\s*(\d+)\s/.exec(line)?.[1] ?? process.pid));
  const other = pids.find((pid) => pid !== process.pid);
  if (other === undefined) return;
  void root.close();
  throw new DirectoryError(
    'embedded-directory-locked',
    `The data directory ${path} is in use by another process (${other}). ` +
      'Set DATA_DIR to a directory of its own, or RETHINKDB_URL to share one database.',
  );
}
