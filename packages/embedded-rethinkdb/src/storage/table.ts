import type { Datum, DatumObject } from '../datum/datum.js';
import { encodeJson } from '../datum/json.js';
import { encodePrimaryKey } from '../datum/key-encoding.js';
import { opFailed } from '../datum/reql-error.js';
import type { Bounds } from './bounds.js';
import type { CompileFunction, Durability, IndexDefinition, StoredFunction } from './definitions.js';
import type { LmdbEnvironment } from './environment.js';
import { type ByteRange, boundedRange, numberPrefix, walk, wholeRange } from './ranges.js';
import {
  type IndexEntry,
  type IndexRecord,
  type IndexValues,
  LazyEntry,
  type RawEntry,
  SecondaryIndex,
  sameEntries,
} from './secondary-index.js';
import type { Space } from './space.js';

/** A table in the catalog. */
export interface TableRecord {
  readonly id: string;
  readonly number: number;
  readonly db: string;
  readonly name: string;
  readonly primaryKey: string;
  readonly durability: Durability;
  readonly indexes: readonly IndexRecord[];
  readonly writeHook: StoredFunction | null;
}

/** The storage of a table. */
export interface TableDependencies {
  readonly environment: LmdbEnvironment;
  readonly compileFunction: CompileFunction;
  readonly space: Space;
  changed(table: Table, doc: DatumObject | null, old: DatumObject | null, indexValues: IndexValues): void;
  saveTable(table: Table): void;
  indexDropped(table: Table, index: SecondaryIndex): void;
  clearIndex(index: SecondaryIndex): void;
  nextNumber(): number;
}

/**
 * One table. Its object is the same while the storage is open, even if the table is renamed. Methods that write must be
 * called within `Storage.write`.
 */
export class Table {
  readonly id: string;
  readonly number: number;
  readonly primaryKey: string;
  db: string;
  name: string;
  durability: Durability;
  writeHook: StoredFunction | null;
  readonly #indexes = new Map<string, SecondaryIndex>();
  readonly #host: TableDependencies;
  readonly #prefix: Buffer;
  #count: number | undefined;

  constructor(host: TableDependencies, record: TableRecord) {
    this.#host = host;
    this.id = record.id;
    this.number = record.number;
    this.#prefix = numberPrefix(record.number);
    this.primaryKey = record.primaryKey;
    this.db = record.db;
    this.name = record.name;
    this.durability = record.durability;
    this.writeHook = record.writeHook;
    for (const index of record.indexes) this.#indexes.set(index.name, this.#makeIndex(index));
  }

  get indexes(): ReadonlyMap<string, SecondaryIndex> {
    return this.#indexes;
  }

  toRecord(): TableRecord {
    const { id, number, db, name, primaryKey, durability, writeHook } = this;
    const indexes = [...this.#indexes.values()].map((index) => ({
      name: index.name,
      number: index.number,
      function: index.function,
      multi: index.multi,
      geo: index.geo,
      ...(index.hasCells ? { hasCells: true } : {}),
    }));
    return { id, number, db, name, primaryKey, durability, writeHook, indexes };
  }

  /** The document with a primary key. @throws ReqlError LOGIC if the value cannot be a primary key */
  get(key: Datum): DatumObject | null {
    return this.read(encodePrimaryKey(key));
  }

  /** Documents in the order of their primary keys. The table may be written during the scan: see `walk`. */
  *scan(bounds: Bounds = {}, reverse = false): Generator<DatumObject> {
    const range = boundedRange(this.#prefix, bounds, encodePrimaryKey);
    for (const { value } of walk(this.#host.environment.rows, range, reverse)) yield parse(value);
  }

  /** The entries of an index in the order of (index value, primary key), each with its document. */
  *scanIndex(index: SecondaryIndex, bounds: Bounds = {}, reverse = false): Generator<IndexEntry> {
    for (const entry of walk(this.#host.environment.entries, index.rangeOf(bounds), reverse)) {
      if (!index.admits(entry, bounds)) continue;
      const doc = this.read(index.primaryKeyOf(entry));
      if (doc !== null) yield new LazyEntry(index, entry, doc);
    }
  }

  /** The entries of an index within a range of keys. */
  rawEntries(range: ByteRange): Generator<RawEntry> {
    return walk(this.#host.environment.entries, range, false);
  }

  /** The documents with exactly this index value. */
  *getAllIndex(index: SecondaryIndex, value: Datum): Generator<DatumObject> {
    const only = { value, open: false };
    for (const { doc } of this.scanIndex(index, { lower: only, upper: only })) yield doc;
  }

  /** Writes a document. `old` is the present document, which the caller has read; null: there is no document. */
  put(doc: DatumObject, old: DatumObject | null): void {
    const key = encodePrimaryKey(doc[this.primaryKey] ?? null);
    const json = encodeJson(doc);
    const { indexValues, before, after } = this.#reindexing(key, doc, old);
    // A character has at most 3 bytes for each unit of its length.
    const bytes = after.reduce((sum, { value }) => sum + value.length, json.length * 3);
    this.#host.space.claim(1 + before.length + after.length, bytes);
    this.#reindex(before, after);
    this.#host.environment.rows.putSync(this.#rowKey(key), json);
    if (old === null && this.#count !== undefined) this.#count++;
    this.#host.changed(this, doc, old, indexValues);
  }

  /** Deletes a document, given as it is in the table. */
  remove(doc: DatumObject): void {
    const key = encodePrimaryKey(doc[this.primaryKey] ?? null);
    const { indexValues, before, after } = this.#reindexing(key, null, doc);
    this.#host.space.claimDeletion(1 + before.length);
    this.#reindex(before, after);
    this.#host.environment.rows.removeSync(this.#rowKey(key));
    if (this.#count !== undefined) this.#count--;
    this.#host.changed(this, null, doc, indexValues);
  }

  /** The key and the JSON of each document, as they are stored. */
  raw(): Generator<{ key: Buffer; value: string }> {
    return walk(this.#host.environment.rows, wholeRange(this.#prefix), false);
  }

  /** The number of documents: counted once, then updated. */
  count(): number {
    if (this.#count === undefined) {
      const { from, to } = wholeRange(this.#prefix);
      this.#count = this.#host.environment.rows.getKeysCount({ start: from, end: to });
    }
    return this.#count;
  }

  /** Discards the count after a write that was not committed. */
  forgetCount(): void {
    this.#count = undefined;
  }

  /** Creates an index and fills it. @throws ReqlError OP_FAILED if the name is taken */
  createIndex(name: string, definition: IndexDefinition): void {
    if (this.#indexes.has(name))
      throw opFailed(`Index \`${name}\` already exists on table \`${this.db}.${this.name}\`.`);
    this.#build(name, definition);
  }

  /** Replaces an index by one with the present format of entries. */
  rebuildIndex(index: SecondaryIndex): void {
    this.#build(index.name, index);
    this.#host.clearIndex(index);
  }

  #build(name: string, { function: fn, multi, geo }: IndexDefinition): void {
    this.#claimRecord(fn);
    const number = this.#host.nextNumber();
    const index = this.#makeIndex({ name, number, function: fn, multi, geo, hasCells: geo });
    this.#fill(index);
    this.#indexes.set(name, index);
    this.#host.saveTable(this);
  }

  /** Writes the entries of all documents. If space runs out, removes them again. */
  #fill(index: SecondaryIndex): void {
    const { rows, entries } = this.#host.environment;
    try {
      for (const { key, value } of walk(rows, wholeRange(this.#prefix), false)) {
        const wanted = index.entriesOf(index.keysOf(parse(value)), key.subarray(this.#prefix.length));
        this.#host.space.claim(
          wanted.length,
          wanted.reduce((sum, entry) => sum + entry.value.length, 0),
        );
        for (const entry of wanted) entries.putSync(entry.key, entry.value);
      }
    } catch (error) {
      for (const { key } of walk(entries, wholeRange(index.prefix), false)) entries.removeSync(key);
      throw error;
    }
  }

  /** Claims space for the catalog's record of this table with one more function. */
  #claimRecord(added: StoredFunction | null = null): void {
    this.#host.space.claim(2, 3 * JSON.stringify([this.toRecord(), added]).length);
  }

  /** @throws ReqlError OP_FAILED if the index does not exist */
  dropIndex(name: string): void {
    const index = this.requireIndex(name);
    this.#host.space.claimDeletion(2);
    this.#indexes.delete(name);
    this.#host.saveTable(this);
    this.#host.indexDropped(this, index);
  }

  /** @throws ReqlError OP_FAILED if the index does not exist, or the new name is taken and `overwrite` is false */
  renameIndex(name: string, to: string, overwrite: boolean): void {
    const index = this.requireIndex(name);
    if (name === to) return;
    const taken = this.#indexes.get(to);
    if (taken !== undefined) {
      if (!overwrite) throw opFailed(`Index \`${to}\` already exists on table \`${this.db}.${this.name}\`.`);
    }
    this.#claimRecord();
    if (taken !== undefined) this.dropIndex(to);
    this.#indexes.delete(name);
    index.name = to;
    this.#indexes.set(to, index);
    this.#host.saveTable(this);
  }

  requireIndex(name: string): SecondaryIndex {
    const index = this.#indexes.get(name);
    if (index === undefined) {
      throw opFailed(`Index \`${name}\` was not found on table \`${this.db}.${this.name}\`.`);
    }
    return index;
  }

  setWriteHook(hook: StoredFunction | null): void {
    this.#claimRecord(hook);
    this.writeHook = hook;
    this.#host.saveTable(this);
  }

  setDurability(durability: Durability): void {
    this.#claimRecord();
    this.durability = durability;
    this.#host.saveTable(this);
  }

  #makeIndex(record: IndexRecord): SecondaryIndex {
    const call = this.#host.compileFunction(record.function);
    return new SecondaryIndex(record.name, record.number, record, call);
  }

  #rowKey(primaryKey: Buffer): Buffer {
    return Buffer.concat([this.#prefix, primaryKey]);
  }

  /** The document with an encoded primary key. */
  read(primaryKey: Buffer): DatumObject | null {
    const json = this.#host.environment.rows.get(this.#rowKey(primaryKey));
    return json === undefined ? null : parse(json);
  }

  /** The index entries that a change of a document removes and writes. */
  #reindexing(primaryKey: Buffer, doc: DatumObject | null, old: DatumObject | null) {
    const indexValues: Map<SecondaryIndex, { old: Datum[]; new: Datum[] }> = new Map();
    const before: RawEntry[] = [];
    const after: RawEntry[] = [];
    for (const index of this.#indexes.values()) {
      const values = { old: old ? index.keysOf(old) : [], new: doc ? index.keysOf(doc) : [] };
      indexValues.set(index, values);
      const present = index.entriesOf(values.old, primaryKey);
      const wanted = index.entriesOf(values.new, primaryKey);
      if (sameEntries(present, wanted)) continue;
      before.push(...present);
      after.push(...wanted);
    }
    return { indexValues, before, after };
  }

  #reindex(before: readonly RawEntry[], after: readonly RawEntry[]): void {
    const { entries } = this.#host.environment;
    for (const entry of before) entries.removeSync(entry.key);
    for (const entry of after) entries.putSync(entry.key, entry.value);
  }
}

function parse(json: string): DatumObject {
  return JSON.parse(json) as DatumObject;
}
