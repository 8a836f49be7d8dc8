import type Database from 'libsql';

/** Raise with every change of the tables, of the terms of a message or of its facets: an older index is built again. */
const INDEX_VERSION = 1;

/**
 * Tables of the index. `docs` maps row numbers, which are in the order of time, to ids of messages; `words` has their
 * terms, without the texts. The tokenizer splits at spaces, as terms are folded before.
 */
const TABLES = `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE rooms (no INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
  CREATE TABLE authors (no INTEGER PRIMARY KEY, id_user TEXT NOT NULL UNIQUE);
  CREATE TABLE docs (row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, room INTEGER NOT NULL, digest INTEGER NOT NULL);
  CREATE VIRTUAL TABLE words USING fts5(
    body, chars, author, facets, content='', contentless_delete=1, tokenize='ascii'
  );
`;

/** Creates the tables unless they exist. An index of another version is emptied. */
export function prepareTables(database: Database.Database): void {
  if (versionOf(database) !== INDEX_VERSION) emptyTables(database);
}

/** Whether the tables exist. Another process may be about to create them. */
export function hasTables(database: Database.Database): boolean {
  return versionOf(database) === INDEX_VERSION;
}

/** Drops and creates the tables, in one transaction: readers see either the old index or an empty one. */
export function emptyTables(database: Database.Database): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    for (const table of ['words', 'docs', 'authors', 'rooms', 'meta'])
      database.exec(`DROP TABLE IF EXISTS ${table}`);
    database.exec(TABLES);
    database.exec(`PRAGMA user_version = ${INDEX_VERSION}`);
    database.exec('COMMIT');
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}

function versionOf(database: Database.Database): number {
  const row = database.prepare('PRAGMA user_version').get() as { user_version: number };
  return row.user_version;
}
