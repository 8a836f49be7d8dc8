export type DirectoryFault =
  | 'embedded-directory-unusable'
  | 'embedded-directory-locked'
  | 'embedded-directory-damaged'
  | 'embedded-storage-full';

/** The data directory cannot be used. `startEmbedded` rejects with the same `code`. */
export class DirectoryError extends Error {
  constructor(
    readonly code: DirectoryFault,
    message: string,
  ) {
    super(message);
    this.name = 'DirectoryError';
  }
}

export const DATA_FILE = 'data.mdb';
const LOCK_FILE = 'lock.mdb';
/** Exists if the data file was written once, so that an empty or missing data file is not taken for a new database. */
export const MARKER_FILE = 'initialised';
/** All files of a data directory. */
export const DATABASE_FILES: readonly string[] = [DATA_FILE, LOCK_FILE, MARKER_FILE];
