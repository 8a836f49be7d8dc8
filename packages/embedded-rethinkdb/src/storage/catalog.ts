import { createHash } from 'node:crypto';
import type { Database } from 'lmdb';
import { DamageError } from './page-file.js';
import { walk, wholeRange } from './ranges.js';
import type { Table, TableRecord } from './table.js';

const DATABASE = Buffer.from('d');
const TABLE = Buffer.from('t');
const COUNTER = Buffer.from('n');
const IDENTITY = Buffer.from('i');

/**
 * The databases and tables: read once, cached in memory, and written through. Keys are `d` and a database's name, `t` and
 * a table's id, `n` for the last number of a table or an index, and `i` for the identity of the whole database.
 */
export class Catalog {
  readonly #store: Database<string, Buffer>;
  readonly #makeTable: (record: TableRecord) => Table;
  readonly #databases = new Map<string, { id: string; tables: Map<string, Table> }>();
  #lastNumber = 0;
  #id = '';
  /** Whether the open transaction has changed the catalog. */
  #isChanged = false;

  constructor(store: Database<string, Buffer>, makeTable: (record: TableRecord) => Table) {
    this.#store = store;
    this.#makeTable = makeTable;
  }

  get id(): string {
    return this.#id;
  }

  /** For a new data directory. */
  saveId(id: string): void {
    this.#id = id;
    this.#put(IDENTITY, id);
  }

  /** Reads the catalog. @returns true for a new data directory @throws DamageError */
  load(): boolean {
    this.#databases.clear();
    this.#id = this.#store.get(IDENTITY) ?? '';
    this.#lastNumber = Number(this.#store.get(COUNTER) ?? 0);
    for (const { key, value } of walk(this.#store, wholeRange(DATABASE), false)) {
      this.#databases.set(key.toString('utf8', 1), { id: value, tables: new Map() });
    }
    for (const { value } of walk(this.#store, wholeRange(TABLE), false)) {
      const table = this.#makeTable(unseal(value));
      this.#databases.get(table.db)?.tables.set(table.name, table);
    }
    return this.#id === '';
  }

  /** The transaction has been committed. */
  commit(): void {
    this.#isChanged = false;
  }

  /** The transaction failed to commit: reads the catalog again if it was changed. @returns the discarded tables */
  restore(): Table[] {
    if (!this.#isChanged) return [];
    this.#isChanged = false;
    const lost = this.allTables();
    this.load();
    return lost;
  }

  databases(): string[] {
    return [...this.#databases.keys()].sort();
  }

  databaseId(name: string): string | undefined {
    return this.#databases.get(name)?.id;
  }

  saveDatabase(name: string, id: string): void {
    this.#databases.set(name, { id, tables: new Map() });
    this.#put(databaseKey(name), id);
  }

  removeDatabase(name: string): void {
    this.#databases.delete(name);
    this.#remove(databaseKey(name));
  }

  tables(db: string): Table[] {
    const tables = [...(this.#databases.get(db)?.tables.values() ?? [])];
    return tables.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  allTables(): Table[] {
    return this.databases().flatMap((db) => this.tables(db));
  }

  table(db: string, name: string): Table | undefined {
    return this.#databases.get(db)?.tables.get(name);
  }

  addTable(table: Table): void {
    this.#databases.get(table.db)?.tables.set(table.name, table);
    this.saveTable(table);
  }

  saveTable(table: Table): void {
    this.#put(tableKey(table), seal(table.toRecord()));
  }

  removeTable(table: Table): void {
    this.#databases.get(table.db)?.tables.delete(table.name);
    this.#remove(tableKey(table));
  }

  /** Numbers are never reused, so that leftovers of a dropped table can never be read. */
  nextNumber(): number {
    this.#lastNumber++;
    this.#put(COUNTER, String(this.#lastNumber));
    return this.#lastNumber;
  }

  #put(key: Buffer, value: string): void {
    this.#isChanged = true;
    this.#store.putSync(key, value);
  }

  #remove(key: Buffer): void {
    this.#isChanged = true;
    this.#store.removeSync(key);
  }
}

/** A record with its checksum: a damaged function would write wrong entries. */
function seal(record: TableRecord): string {
  return JSON.stringify({ ...record, checksum: checksumOf(record) });
}

/** Records of older versions have no checksum. */
function unseal(value: string): TableRecord {
  try {
    const { checksum, ...record } = JSON.parse(value) as TableRecord & { checksum?: string };
    if (checksum === undefined || checksum === checksumOf(record)) return record;
  } catch {}
  throw new DamageError('the record of a table is damaged');
}

function checksumOf(record: TableRecord): string {
  return createHash('sha256').update(JSON.stringify(record)).digest('base64');
}

function databaseKey(name: string): Buffer {
  return Buffer.concat([DATABASE, Buffer.from(name)]);
}

function tableKey(table: Table): Buffer {
  return Buffer.concat([TABLE, Buffer.from(table.id)]);
}
