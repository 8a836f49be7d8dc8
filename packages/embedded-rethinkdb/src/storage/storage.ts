import { randomUUID } from 'node:crypto';
import type { Database } from 'lmdb';
import type { DatumObject } from '../datum/datum.js';
import { opFailed } from '../datum/reql-error.js';
import { Catalog } from './catalog.js';
import type { CatalogEvent, Change } from './changes.js';
import type { CompileFunction, Durability } from './definitions.js';
import {
  asDirectoryError,
  countPages,
  type LmdbEnvironment,
  type LmdbEnvironmentOptions,
  markInitialised,
  openEnvironment,
  pageBytesOf,
  storageFull,
} from './environment.js';
import { numberPrefix, walk, wholeRange } from './ranges.js';
import type { IndexValues, SecondaryIndex } from './secondary-index.js';
import { Space, StorageFullError } from './space.js';
import { Table, type TableDependencies } from './table.js';
import { upgradeIndexes } from './upgrade-indexes.js';

/** Space of a new table in the catalog, at most. */
const RECORD_BYTES = 4096;

export interface StorageOptions extends LmdbEnvironmentOptions {
  /** Compiles stored index functions and write hooks. */
  readonly compileFunction: CompileFunction;
}

/**
 * Databases, tables, indexes and documents in one directory. Synchronous: one thread, one writer. A committed write is on
 * the disk.
 */
export class Storage implements TableDependencies {
  readonly environment: LmdbEnvironment;
  readonly compileFunction: CompileFunction;
  readonly space: Space;
  readonly #catalog: Catalog;
  readonly #commitListeners = new Set<(changes: readonly Change[]) => void>();
  readonly #catalogListeners = new Set<(event: CatalogEvent) => void>();
  #isWriting = false;
  #sequence = 0;
  #changes: Change[] = [];
  #events: CatalogEvent[] = [];

  /** Opens a directory. The first start creates it with a database `test`. @throws DirectoryError */
  static open(directory: string, options: StorageOptions): Storage {
    return new Storage(directory, openEnvironment(directory, options), options);
  }

  private constructor(directory: string, environment: LmdbEnvironment, options: StorageOptions) {
    this.environment = environment;
    this.compileFunction = options.compileFunction;
    this.space = new Space(directory, pageBytesOf(environment), () => countPages(environment), options.space);
    this.#catalog = new Catalog(environment.catalog, (record) => new Table(this, record));
    const isNew = this.#load(directory);
    if (options.readOnly) return;
    if (isNew) this.#initialise(directory);
    upgradeIndexes(this);
    if (!options.isTemporary) markInitialised(directory);
  }

  #load(directory: string): boolean {
    try {
      return this.#catalog.load();
    } catch (error) {
      void this.close();
      throw asDirectoryError(directory, error);
    }
  }

  #initialise(directory: string): void {
    try {
      this.write(() => {
        this.createDatabase('test');
        this.#catalog.saveId(randomUUID());
      });
    } catch (error) {
      void this.close();
      throw error instanceof StorageFullError ? storageFull(directory, error.message) : error;
    }
  }

  /**
   * Runs a job in one write transaction and commits it, synced to the disk; nested calls join the outermost.
   * An error of the job is rethrown after the commit: RethinkDB has no transactions, and keeps the writes of a query before
   * its error. If the commit itself fails, all writes of the job are undone and OP_FAILED is thrown. Writes within the job
   * throw a StorageFullError if space is short.
   */
  write<T>(job: () => T): T {
    if (this.#isWriting) return job();
    let outcome: { value: T } | { error: unknown } | undefined;
    this.#isWriting = true;
    this.space.begin();
    try {
      this.environment.root.transactionSync(() => {
        try {
          outcome = { value: job() };
        } catch (error) {
          outcome = { error };
        }
      });
    } catch (error) {
      this.#undo();
      this.#isWriting = false;
      this.#notify();
      throw opFailed(`The database could not be written: ${(error as Error).message}`);
    } finally {
      this.space.end();
    }
    this.#isWriting = false;
    this.#catalog.commit();
    this.#notify();
    if (outcome === undefined || 'error' in outcome) throw outcome?.error;
    return outcome.value;
  }

  /** Calls back after each commit with its changes in order. @returns a function that removes the listener */
  onCommit(listener: (changes: readonly Change[]) => void): () => void {
    this.#commitListeners.add(listener);
    return () => this.#commitListeners.delete(listener);
  }

  /** Calls back after a commit that dropped a table or an index. @returns a function that removes the listener */
  onCatalogChange(listener: (event: CatalogEvent) => void): () => void {
    this.#catalogListeners.add(listener);
    return () => this.#catalogListeners.delete(listener);
  }

  /** The id of this database, which is stored in its directory. */
  get id(): string {
    return this.#catalog.id;
  }

  /** The number of the last change, committed or not. */
  get sequence(): number {
    return this.#sequence;
  }

  databases(): string[] {
    return this.#catalog.databases();
  }

  hasDatabase(name: string): boolean {
    return this.#catalog.databaseId(name) !== undefined;
  }

  /** The id of a database. @throws ReqlError OP_FAILED if the database does not exist */
  databaseId(name: string): string {
    const id = this.#catalog.databaseId(name);
    if (id === undefined) throw opFailed(`Database \`${name}\` does not exist.`);
    return id;
  }

  /** @throws ReqlError OP_FAILED if the name is taken */
  createDatabase(name: string): { id: string; name: string } {
    if (this.hasDatabase(name)) throw opFailed(`Database \`${name}\` already exists.`);
    this.space.claim(1, name.length);
    const id = randomUUID();
    this.#catalog.saveDatabase(name, id);
    return { id, name };
  }

  /** Drops a database with all its tables. @throws ReqlError OP_FAILED if the database does not exist */
  dropDatabase(name: string): void {
    this.databaseId(name);
    for (const table of this.tables(name)) this.dropTable(name, table);
    this.space.claimDeletion(1);
    this.#catalog.removeDatabase(name);
  }

  /** The sorted names of a database's tables. @throws ReqlError OP_FAILED if the database does not exist */
  tables(db: string): string[] {
    this.databaseId(db);
    return this.#catalog.tables(db).map((table) => table.name);
  }

  /** The table, always the same object; undefined if it does not exist. */
  table(db: string, name: string): Table | undefined {
    return this.#catalog.table(db, name);
  }

  /** The table with this id, which does not change if the table is renamed. */
  tableById(id: string): Table | undefined {
    return this.#catalog.allTables().find((table) => table.id === id);
  }

  /** @throws ReqlError OP_FAILED if the database does not exist or the name is taken */
  createTable(
    db: string,
    name: string,
    options: { primaryKey?: string; durability?: Durability } = {},
  ): Table {
    this.databaseId(db);
    if (this.table(db, name) !== undefined) throw opFailed(`Table \`${db}.${name}\` already exists.`);
    this.space.claim(2, RECORD_BYTES);
    const table = new Table(this, {
      id: randomUUID(),
      number: this.nextNumber(),
      db,
      name,
      primaryKey: options.primaryKey ?? 'id',
      durability: options.durability ?? 'hard',
      indexes: [],
      writeHook: null,
    });
    this.#catalog.addTable(table);
    return table;
  }

  /** @throws ReqlError OP_FAILED if the table does not exist */
  dropTable(db: string, name: string): void {
    const table = this.#require(db, name);
    for (const index of table.indexes.values()) this.#clear('entries', index.number);
    this.#clear('rows', table.number);
    this.space.claimDeletion(1);
    this.#catalog.removeTable(table);
    this.#events.push({ kind: 'tableDropped', table });
  }

  /** Renames a table or moves it to another database. @throws ReqlError OP_FAILED if the new name is taken */
  renameTable(db: string, name: string, to: { db?: string; name?: string }): void {
    const table = this.#require(db, name);
    const target = { db: to.db ?? db, name: to.name ?? name };
    if (target.db === db && target.name === name) return;
    this.databaseId(target.db);
    if (this.table(target.db, target.name)) {
      throw opFailed(`Table \`${target.db}.${target.name}\` already exists.`);
    }
    this.space.claim(2, JSON.stringify(table.toRecord()).length);
    this.#catalog.removeTable(table);
    Object.assign(table, target);
    this.#catalog.addTable(table);
  }

  allTables(): Table[] {
    return this.#catalog.allTables();
  }

  /** Closes the files. The storage cannot be used afterwards. */
  async close(): Promise<void> {
    await this.environment.root.close();
  }

  changed(table: Table, doc: DatumObject | null, old: DatumObject | null, indexValues: IndexValues): void {
    const key = (doc ?? old)?.[table.primaryKey] ?? null;
    this.#changes.push({ sequence: ++this.#sequence, table, key, old, new: doc, indexValues });
  }

  saveTable(table: Table): void {
    this.#catalog.saveTable(table);
  }

  indexDropped(table: Table, index: SecondaryIndex): void {
    this.clearIndex(index);
    this.#events.push({ kind: 'indexDropped', table, index });
  }

  clearIndex(index: SecondaryIndex): void {
    this.#clear('entries', index.number);
  }

  nextNumber(): number {
    return this.#catalog.nextNumber();
  }

  #require(db: string, name: string): Table {
    this.databaseId(db);
    const table = this.table(db, name);
    if (table === undefined) throw opFailed(`Table \`${db}.${name}\` does not exist.`);
    return table;
  }

  #clear(database: 'rows' | 'entries', number: number): void {
    const store = this.environment[database] as Database<unknown, Buffer>;
    for (const { key } of walk(store, wholeRange(numberPrefix(number)), false)) {
      this.space.claimDeletion(1);
      store.removeSync(key);
    }
  }

  #notify(): void {
    const [changes, events] = [this.#changes, this.#events];
    this.#changes = [];
    this.#events = [];
    if (changes.length > 0) for (const listener of this.#commitListeners) listener(changes);
    for (const event of events) for (const listener of this.#catalogListeners) listener(event);
  }

  /** Restores the state in memory from the disk after a failed commit. */
  #undo(): void {
    this.#changes = [];
    this.#events = this.#catalog.restore().map((table) => ({ kind: 'tableDropped', table }));
    for (const table of this.#catalog.allTables()) table.forgetCount();
  }
}
