import type { SecondaryIndex } from '../storage/secondary-index.js';
import type { CatalogEvent, Change } from '../storage/shapes.js';
import type { Storage } from '../storage/storage.js';
import type { Table } from '../storage/table.js';
import type { Datum } from '../values/datum.js';
import { keyText } from '../values/key-encoding.js';
import { equal } from '../values/order.js';
import { opFailed, type ReqlError } from '../values/reql-error.js';
import type { LimitSource, PointSource, RangeSource } from './source.js';

/** Whoever wants the changes of a point or a range. */
export interface Subscriber {
  deliver(changes: readonly Change[]): void;
  abort(error: ReqlError): void;
}

type Index = SecondaryIndex | null;

/** The subscribers of one table, found by what a change touches. */
interface TableSubscribers {
  readonly all: Set<Subscriber>;
  readonly byKey: Map<Index, Map<string, Set<Subscriber>>>;
}

/**
 * Hands the changes of each commit to the feeds they may concern. A commit costs as much as the feeds it
 * reaches: points and getAll are found by their key, ranges within one first element of a compound index (the
 * messages of one room) by that element. Only other ranges look at every change of their table.
 */
export class Hub {
  readonly #tables = new Map<Table, TableSubscribers>();
  readonly #onIndex = new Map<SecondaryIndex, Set<Subscriber>>();

  readonly #storage: Storage;

  constructor(storage: Storage) {
    this.#storage = storage;
    storage.onCommit((changes) => this.#deliver(changes));
    storage.onCatalogChange((event) => this.#abort(event));
  }

  /** Subscribes to what is changed from now on; returns how to end it. */
  subscribe(source: PointSource | RangeSource | LimitSource, to: Subscriber): () => void {
    // Within a transaction, what it has changed so far was there for the subscriber to read.
    const since = this.#storage.sequence;
    const deliver = (changes: readonly Change[]) => {
      const news =
        changes[0]!.sequence > since ? changes : changes.filter(({ sequence }) => sequence > since);
      if (news.length > 0) to.deliver(news);
    };
    const subscriber = { deliver, abort: (error: ReqlError) => to.abort(error) };
    const table = this.#subscribersOf(source.table);
    const index = source.kind === 'point' ? null : source.index;
    const keys = routingKeys(source);
    const sets = keys ? keys.map((key) => setOf(mapOf(table.byKey, index), key)) : [table.all];
    if (index !== null) sets.push(setOf(this.#onIndex, index));
    for (const set of sets) set.add(subscriber);
    return () => {
      for (const set of sets) set.delete(subscriber);
      this.#tidy(source.table, index, keys);
    };
  }

  #subscribersOf(table: Table): TableSubscribers {
    const known = this.#tables.get(table);
    if (known) return known;
    const fresh = { all: new Set<Subscriber>(), byKey: new Map() };
    this.#tables.set(table, fresh);
    return fresh;
  }

  #tidy(table: Table, index: Index, keys: readonly string[] | undefined): void {
    const subscribers = this.#tables.get(table);
    const byKey = subscribers?.byKey.get(index);
    for (const key of keys ?? []) if (byKey?.get(key)?.size === 0) byKey.delete(key);
    if (byKey?.size === 0) subscribers?.byKey.delete(index);
    if (subscribers?.all.size === 0 && subscribers.byKey.size === 0) this.#tables.delete(table);
    if (index !== null && this.#onIndex.get(index)?.size === 0) this.#onIndex.delete(index);
  }

  #deliver(changes: readonly Change[]): void {
    const mail = new Map<Subscriber, Change[]>();
    for (const change of changes) {
      const subscribers = this.#tables.get(change.table);
      if (subscribers === undefined) continue;
      for (const subscriber of concerned(subscribers, change)) {
        const letters = mail.get(subscriber);
        if (letters) letters.push(change);
        else mail.set(subscriber, [change]);
      }
    }
    for (const [subscriber, letters] of mail) subscriber.deliver(letters);
  }

  #abort(event: CatalogEvent): void {
    if (event.kind === 'tableDropped') {
      const subscribers = this.#tables.get(event.table);
      if (subscribers === undefined) return;
      const keyed = [...subscribers.byKey.values()].flatMap((sets) => [...sets.values()]);
      const everybody = new Set([subscribers.all, ...keyed].flatMap((set) => [...set]));
      for (const subscriber of everybody) subscriber.abort(opFailed('Changefeed aborted (unavailable).'));
    } else {
      const { table, index } = event;
      const error = opFailed(`Index \`${index.name}\` was not found on table \`${table.db}.${table.name}\`.`);
      for (const subscriber of [...(this.#onIndex.get(index) ?? [])]) subscriber.abort(error);
    }
  }
}

/** Each subscriber once, however many of its keys the change touches. */
function concerned(subscribers: TableSubscribers, change: Change): Iterable<Subscriber> {
  if (subscribers.byKey.size === 0) return subscribers.all;
  const found = new Set(subscribers.all);
  for (const [index, byKey] of subscribers.byKey) {
    for (const value of touchedValues(index, change)) {
      for (const subscriber of byKey.get(exactly(value)) ?? []) found.add(subscriber);
      if (!Array.isArray(value) || value.length === 0) continue;
      for (const subscriber of byKey.get(beginningWith(value[0]!)) ?? []) found.add(subscriber);
    }
  }
  return found;
}

function touchedValues(index: Index, change: Change): Datum[] {
  if (index === null) return [change.key];
  const values = change.indexValues.get(index);
  return values ? [...values.old, ...values.new] : [];
}

/** Under which keys a source is found; undefined if it must see every change of its table. */
function routingKeys(source: PointSource | RangeSource | LimitSource): string[] | undefined {
  if (source.kind === 'point') return [exactly(source.key)];
  if (source.kind === 'range' && source.keys) return [...new Set(source.keys.map(exactly))];
  if (source.index?.geo) return undefined;
  const [lower, upper] = [source.bounds.lower?.value, source.bounds.upper?.value];
  if (!Array.isArray(lower) || !Array.isArray(upper) || lower.length === 0 || upper.length === 0)
    return undefined;
  return equal(lower[0]!, upper[0]!) ? [beginningWith(lower[0]!)] : undefined;
}

const exactly = (value: Datum) => `=${keyText(value)}`;
const beginningWith = (value: Datum) => `^${keyText(value)}`;

function mapOf<K, L, V>(maps: Map<K, Map<L, V>>, key: K): Map<L, V> {
  const map = maps.get(key) ?? new Map<L, V>();
  maps.set(key, map);
  return map;
}

function setOf<K, V>(sets: Map<K, Set<V>>, key: K): Set<V> {
  const set = sets.get(key) ?? new Set<V>();
  sets.set(key, set);
  return set;
}
