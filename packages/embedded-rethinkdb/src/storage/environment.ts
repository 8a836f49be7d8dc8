import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Database, open, type RootDatabase } from 'lmdb';
import { checkFile, type FileCheck } from './check-file.js';
import { DATA_FILE, DATABASE_FILES, DirectoryError, MARKER_FILE } from './data-directory.js';
import { DamageError, PageFile } from './page-file.js';
import { makeFilesPrivate, makePrivate } from './private-directory.js';
import { freeBytesOf, megabytes, type PageCounts, type SpaceOptions } from './space.js';

/** The three LMDB databases of a data directory. Keys are raw bytes: see ranges.ts for their layout. */
export interface LmdbEnvironment {
  readonly root: RootDatabase<Buffer, Buffer>;
  /** Databases, tables and indexes by a text key, as JSON. */
  readonly catalog: Database<string, Buffer>;
  /** Documents as JSON, by table number and primary key. */
  readonly rows: Database<string, Buffer>;
  /** Secondary indexes, by index number, index value and primary key. */
  readonly entries: Database<Buffer, Buffer>;
  /** Messages for the operator about this start. */
  readonly notices: readonly string[];
}

export interface LmdbEnvironmentOptions {
  readonly space?: SpaceOptions;
  /** Milliseconds for the check of the data file; default: 20,000. */
  readonly checkBudgetMs?: number;
  readonly onCheckProgress?: (pages: number) => void;
  /** For checks and dumps: nothing is created or written. */
  readonly readOnly?: boolean;
  /** For a database in memory: commits are not synced. */
  readonly isTemporary?: boolean;
}

const MARKER_TEXT = 'This directory has a database in data.mdb. Keep this file beside it.\n';
const CHECK_BUDGET_MS = 20_000;
/** Disk space of a new directory: both files of LMDB and the first commit. */
const NEW_DIRECTORY_BYTES = 1024 * 1024;

/**
 * Opens (or creates) the LMDB environment of a directory, for this process alone. The data file is checked before
 * LMDB reads it, because LMDB crashes on damaged pages. A commit returns when its pages and then the meta page that
 * refers to them are on the disk. `overlappingSync` is off: LMDB would call fdatasync in a synchronous commit as well, and
 * write a third meta page without need.
 */
export function openEnvironment(directory: string, options: LmdbEnvironmentOptions = {}): LmdbEnvironment {
  const path = resolve(directory);
  const notices: string[] = [];
  const isNew = usable(path, () => {
    if (!options.readOnly && makePrivate(path, DATABASE_FILES))
      notices.push('the permissions of other users for the data directory and its files were revoked');
    return !existsSync(join(path, DATA_FILE));
  });
  if (isNew) refuseMissingFile(path, options);
  else usable(path, () => checkMetaPages(path));
  const root = usable(path, () =>
    open<Buffer, Buffer>({
      path,
      noSubdir: false, // by default, LMDB takes a directory with a dot in its name for a file
      maxDbs: 4,
      keyEncoding: 'binary',
      encoding: 'binary',
      overlappingSync: false,
      readOnly: options.readOnly ?? false,
      noSync: options.isTemporary ?? false,
    }),
  );
  try {
    refuseSecondProcess(root, path);
    const check = usable(path, () => checkDataFile(path, options));
    if (!check.isComplete)
      notices.push(
        `the check of the data file ended after ${check.pages} of ${check.allPages} pages because its time was over`,
      );
    const rows = root.openDB<string, Buffer>({ name: 'rows', keyEncoding: 'binary', encoding: 'string' });
    rows.get(Buffer.from([0])); // the first read adds this process to LMDB's table of readers
    refuseSecondProcess(root, path);
    const catalog = root.openDB<string, Buffer>({
      name: 'catalog',
      keyEncoding: 'binary',
      encoding: 'string',
    });
    const entries = root.openDB<Buffer, Buffer>({
      name: 'entries',
      keyEncoding: 'binary',
      encoding: 'binary',
    });
    if (!options.readOnly) makeFilesPrivate(path, DATABASE_FILES);
    return { root, rows, catalog, entries, notices };
  } catch (error) {
    void root.close();
    throw error;
  }
}

/** Writes the marker file after the first commit. On a full disk it fails silently: the next start tries again. */
export function markInitialised(directory: string): void {
  const marker = join(directory, MARKER_FILE);
  if (existsSync(marker)) return;
  try {
    writeFileSync(marker, MARKER_TEXT, { mode: 0o600, flush: true });
  } catch {}
}

/** The used and free pages, within the write transaction if one is open. */
export function countPages({ rows, catalog, entries }: LmdbEnvironment): PageCounts {
  const { lastPageNumber, root: main, free, ...ofRows } = rows.getStats() as AllStatistics;
  const trees = [
    main,
    free,
    ofRows,
    catalog.getStats() as TreeStatistics,
    entries.getStats() as TreeStatistics,
  ];
  const used = trees.reduce(
    (sum, tree) => sum + tree.treeBranchPageCount + tree.treeLeafPageCount + tree.overflowPages,
    0,
  );
  return { used, free: Math.max(0, lastPageNumber - 1 - used) };
}

/** The page size of the system that created the file: 4,096 bytes on most systems, 16,384 on some. */
export function pageBytesOf({ root }: LmdbEnvironment): number {
  return (root.getStats() as { pageSize: number }).pageSize;
}

interface TreeStatistics {
  readonly treeBranchPageCount: number;
  readonly treeLeafPageCount: number;
  readonly overflowPages: number;
}

type AllStatistics = TreeStatistics & { lastPageNumber: number; root: TreeStatistics; free: TreeStatistics };

/** Runs a step of opening. @throws DirectoryError for every error of the step */
function usable<T>(path: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (error instanceof DirectoryError) throw error;
    if (error instanceof DamageError) throw damagedDirectory(path, error.message);
    throw new DirectoryError(
      'embedded-directory-unusable',
      `The data directory ${path} cannot be used: ${(error as Error).message}`,
    );
  }
}

/**
 * Checks the meta pages. They are read one after the other: a process that uses the file may commit in between.
 * @throws DamageError
 */
export function checkMetaPages(path: string, attempts = 3): void {
  try {
    new PageFile(join(path, DATA_FILE)).close();
  } catch (error) {
    if (attempts === 1 || !(error instanceof DamageError)) throw error;
    checkMetaPages(path, attempts - 1);
  }
}

function checkDataFile(path: string, { checkBudgetMs, onCheckProgress }: LmdbEnvironmentOptions): FileCheck {
  const check = checkFile(join(path, DATA_FILE), checkBudgetMs ?? CHECK_BUDGET_MS, onCheckProgress);
  if (check.isNew && existsSync(join(path, MARKER_FILE))) throw new DamageError('all tables are missing');
  return check;
}

function refuseMissingFile(path: string, { space = {}, readOnly }: LmdbEnvironmentOptions): void {
  if (existsSync(join(path, MARKER_FILE))) throw damagedDirectory(path, 'the file is missing');
  if (readOnly)
    throw new DirectoryError('embedded-directory-unusable', `The directory ${path} has no database.`);
  const free = (space.readFreeBytes ?? freeBytesOf)(path);
  if (free < NEW_DIRECTORY_BYTES) throw storageFull(path, `${megabytes(free)} are free on the disk`);
}

/** Converts an error of reading the catalog. */
export function asDirectoryError(path: string, error: unknown): unknown {
  return error instanceof DamageError ? damagedDirectory(path, error.message) : error;
}

/** The error if the first commit of a new directory was refused. */
export function storageFull(path: string, reason: string): DirectoryError {
  return new DirectoryError(
    'embedded-storage-full',
    `A new database cannot be created in ${path}: ${reason}. Free space on this disk, or use a directory on another one.`,
  );
}

function damagedDirectory(path: string, fault: string): DirectoryError {
  return new DirectoryError(
    'embedded-directory-damaged',
    `The database in ${path} is damaged and was not opened: ${DATA_FILE}: ${fault}.\n` +
      `  To see the extent of the damage: embedded-rethinkdb --check --directory ${path}\n` +
      `  To restore a backup: stop all servers, replace ${DATA_FILE} by that of the backup, start again.\n` +
      `  To start an empty database: move the directory ${path} to another place, start again.`,
  );
}

/**
 * LMDB allows a second process, but tables are cached and feeds are notified within one process. LMDB's table of readers
 * lists every process that has read. The kernel's locks on it end with their owner, so that `readerCheck` removes the
 * entries of killed processes.
 */
function refuseSecondProcess(root: RootDatabase<Buffer, Buffer>, path: string): void {
  root.readerCheck();
  const pids = root
    .readerList()
    .split('\n')
    .map((line) => Number(/^\s*(\d+)\s/.exec(line)?.[1] ?? process.pid));
  const other = pids.find((pid) => pid !== process.pid);
  if (other === undefined) return;
  throw new DirectoryError(
    'embedded-directory-locked',
    `The data directory ${path} is in use by another process (${other}). Use another directory, or connect to the ` +
      'database of that process.',
  );
}
