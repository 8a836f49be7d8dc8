import { EventEmitter } from 'node:events';
import { isDeepStrictEqual } from 'node:util';
import { LRUCache } from 'lru-cache';
import { Backoff } from '../../lib/backoff.js';
import { reasonOf } from '../../lib/error-reason.js';
import { ChatError } from '../../protocol/errors.js';
import type { Log } from '../../telemetry/logger.js';
import type { Database } from '../connection/database.js';
import { Feed } from '../connection/feed.js';
import type { Sequence, Table } from '../connection/reql-types.js';
import type { TableDeclaration } from '../connection/table-declaration.js';

/** Keys in one query. */
const KEYS_PER_QUERY = 200;
/** Reads of a key that keeps changing while it is read; the last one is used. */
const MAX_READS_PER_KEY = 5;
/** Milliseconds of an outage, or of the first connection, that a lookup waits for. */
const BRIDGED_OUTAGE_MS = 5_000;
/** Attempts of a query whose connection is lost. */
const MAX_QUERY_ATTEMPTS = 3;

/** How rows of a table become values that are looked up by a key. */
export interface RowCacheOptions<Row, Value, Index extends string> {
  table: TableDeclaration<Row, Index>;
  /** Keys that are kept, those without a row included. The least recently used one is evicted first. */
  capacity: number;
  /** Null for a row that cannot be used; any driver may have written it. */
  parse(row: Row): Value | null;
  keyOf(value: Value): string;
  /** Called with each row that was read, or that the changefeed reports as new. */
  onRow?(row: Row): void;
  /** Selects the rows of some keys. */
  select(table: Table<Row, Index>, keys: string[]): Sequence<Row, Index>;
  /** Decides between two rows of the same key. Default: the first. */
  prefer?(a: Value, b: Value): Value;
}

interface Entry<Value> {
  /** Null: there is no such row. */
  value: Value | null;
  /** False after the changefeed was interrupted: the row may have changed since. */
  isFresh: boolean;
}

interface Load<Value> {
  result: Promise<Value | null>;
  /** The row changed after the query had been sent. */
  isOutdated: boolean;
}

interface Waiting<Value> {
  resolve(value: Value | null): void;
  reject(error: unknown): void;
}

/**
 * The most recently used rows of a table, in bounded memory. One changefeed of the table invalidates them: a change
 * drops the row's key, and the next lookup reads the row again. So a cached value is never older than the last change
 * that the feed has delivered, no matter which program wrote the row.
 *
 * `changed` reports each change of the table, cached or not, and after an interruption those of the cached rows.
 * `resynchronised` follows such an interruption: changes of rows that are not cached may have been missed.
 */
export class RowCache<Row, Value, Index extends string> extends EventEmitter<{
  changed: [before: Value | null, after: Value | null];
  resynchronised: [];
}> {
  readonly #database: Database;
  readonly #options: RowCacheOptions<Row, Value, Index>;
  readonly #log: Log;
  readonly #entries: LRUCache<string, Entry<Value>>;
  readonly #loads = new Map<string, Load<Value>>();
  #queue = new Map<string, Waiting<Value>>();
  readonly #feed: Feed<Row>;
  /** Counts the times that the feed was opened or interrupted. */
  #generation = 0;
  #isFollowing = false;

  constructor(database: Database, options: RowCacheOptions<Row, Value, Index>, log: Log) {
    super();
    this.#database = database;
    this.#options = options;
    this.#log = log;
    this.setMaxListeners(0);
    this.#entries = new LRUCache({ max: options.capacity });
    const parse = (row: Row | null) => row && options.parse(row);
    this.#feed = new Feed<Row>(
      database,
      database.table(options.table),
      {
        opened: () => this.#opened(),
        changed: (before, after) => {
          if (after) options.onRow?.(after);
          this.#receive(parse(before), parse(after));
        },
        lost: () => this.#lost(),
      },
      log,
    );
  }

  /** Number of cached keys. */
  get size(): number {
    return this.#entries.size;
  }

  /** The changefeed is open, so that no change of the table is missed. */
  get isFollowing(): boolean {
    return this.#isFollowing;
  }

  /** @throws ChatError `database-unavailable` when the row is not cached and cannot be read */
  async get(key: string): Promise<Value | undefined> {
    const entry = this.#entries.get(key);
    if (entry?.isFresh) return entry.value ?? undefined;
    try {
      return (await this.#load(key)) ?? undefined;
    } catch (error) {
      // During an outage of the database, the last known row is used.
      if (entry && error instanceof ChatError) return entry.value ?? undefined;
      throw error;
    }
  }

  /** The values of those keys that have a row. @throws ChatError `database-unavailable` */
  async getMany(keys: Iterable<string>): Promise<Map<string, Value>> {
    const wanted = [...new Set(keys)];
    const entries = await Promise.all(wanted.map(async (key) => [key, await this.get(key)] as const));
    return new Map(entries.flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
  }

  /** Makes the next lookup read the row: for a caller that has written it and must see its own write. */
  invalidate(key: string): void {
    this.#entries.delete(key);
    const load = this.#loads.get(key);
    if (load) load.isOutdated = true;
  }

  close(): void {
    this.#generation += 1;
    this.#feed.close();
  }

  #receive(before: Value | null, after: Value | null): void {
    const { keyOf } = this.#options;
    for (const value of [before, after]) if (value) this.invalidate(keyOf(value));
    if (before && after && keyOf(before) !== keyOf(after)) {
      this.emit('changed', before, null);
      this.emit('changed', null, after);
    } else if (!isDeepStrictEqual(before, after)) {
      this.emit('changed', before, after);
    }
  }

  #opened(): void {
    const isFirst = this.#generation === 0;
    this.#generation += 1;
    this.#isFollowing = true;
    for (const load of this.#loads.values()) load.isOutdated = true;
    if (!isFirst) void this.#resynchronise(this.#generation);
  }

  #lost(): void {
    this.#generation += 1;
    this.#isFollowing = false;
    for (const entry of this.#entries.values()) entry.isFresh = false;
  }

  /** Reads the cached rows again and reports those that changed while the feed was interrupted. */
  async #resynchronise(generation: number): Promise<void> {
    const before = [...this.#entries.entries()].filter(([, { isFresh }]) => !isFresh);
    const backoff = new Backoff();
    for (let i = 0; i < before.length && generation === this.#generation; ) {
      const batch = before.slice(i, i + KEYS_PER_QUERY);
      try {
        const after = await Promise.all(batch.map(([key]) => this.#load(key)));
        if (generation !== this.#generation) return;
        batch.forEach(([, { value }], at) => {
          const now = after[at] ?? null;
          if (!isDeepStrictEqual(value, now)) this.emit('changed', value, now);
        });
        i += KEYS_PER_QUERY;
      } catch (error) {
        const fields = { table: this.#options.table.name, reason: reasonOf(error) };
        this.#log.warn(fields, 'reading cached rows again failed, retrying');
        await new Promise((resolve) => setTimeout(resolve, backoff.next()).unref());
      }
    }
    if (generation === this.#generation) this.emit('resynchronised');
  }

  /** Reads a row, once for all concurrent callers. */
  #load(key: string): Promise<Value | null> {
    const present = this.#loads.get(key);
    if (present) return present.result;
    const load: Load<Value> = { result: this.#read(key, () => load), isOutdated: false };
    this.#loads.set(key, load);
    return load.result;
  }

  async #read(key: string, current: () => Load<Value>): Promise<Value | null> {
    try {
      for (let attempt = 1; ; attempt += 1) {
        const value = await new Promise<Value | null>((resolve, reject) => {
          if (this.#queue.size === 0) queueMicrotask(() => void this.#flush());
          this.#queue.set(key, { resolve, reject });
        });
        const load = current();
        if (!load.isOutdated) {
          this.#entries.set(key, { value, isFresh: this.#isFollowing });
          return value;
        }
        if (attempt === MAX_READS_PER_KEY) return value;
        load.isOutdated = false;
      }
    } finally {
      this.#loads.delete(key);
    }
  }

  /** Sends the lookups of this turn of the event loop. */
  async #flush(): Promise<void> {
    const queue = this.#queue;
    this.#queue = new Map();
    const keys = [...queue.keys()];
    const batches: string[][] = [];
    for (let i = 0; i < keys.length; i += KEYS_PER_QUERY) batches.push(keys.slice(i, i + KEYS_PER_QUERY));
    await Promise.all(
      batches.map(async (batch) => {
        try {
          const found = await this.#query(batch);
          for (const key of batch) queue.get(key)?.resolve(found.get(key) ?? null);
        } catch (error) {
          for (const key of batch) queue.get(key)?.reject(error);
        }
      }),
    );
  }

  async #query(keys: string[]): Promise<Map<string, Value>> {
    const options = this.#options;
    const found = new Map<string, Value>();
    for (const row of await this.#rowsOf(keys)) {
      options.onRow?.(row);
      const value = options.parse(row);
      if (!value) continue;
      const key = options.keyOf(value);
      const other = found.get(key);
      found.set(key, other && options.prefer ? options.prefer(other, value) : (other ?? value));
    }
    return found;
  }

  /** A short loss of the connection delays lookups instead of failing them. */
  async #rowsOf(keys: string[]): Promise<Row[]> {
    const database = this.#database;
    const options = this.#options;
    for (let attempt = 1; ; attempt += 1) {
      const { state, since } = database.status;
      const remainingMs = BRIDGED_OUTAGE_MS - (Date.now() - since.getTime());
      if (state !== 'up' && remainingMs > 0) await database.ready(remainingMs);
      try {
        return await database.rows(options.select(database.table(options.table), keys));
      } catch (error) {
        if (database.status.state === 'up' || remainingMs <= 0 || attempt === MAX_QUERY_ATTEMPTS) throw error;
      }
    }
  }
}
