import type { Datum } from '../datum/datum.js';
import { keyText } from '../datum/key-encoding.js';
import { equal } from '../datum/order.js';
import { opFailed, type ReqlError } from '../datum/reql-error.js';
import type { CatalogEvent, Change } from '../storage/changes.js';
import type { SecondaryIndex } from '../storage/secondary-index.js';
import type { Storage } from '../storage/storage.js';
import type { Table } from '../storage/table.js';
import type { LimitSource, PointSource, RangeSource } from './source.js';

/** Receives the changes of a point or a range. */
export interface Subscriber {
  deliver(changes: readonly Change[]): void;
  abort(error: ReqlError): void;
}

type Index = SecondaryIndex | null;

/** The subscribers of one table, by the keys that a change affects. */
interface TableSubscribers {
  readonly all: Set<Subscriber>;
  readonly byKey: Map<Index, Map<string, Set<Subscriber>>>;
}

/**
 * Delivers the changes of each commit to the feeds that they may concern. The cost of a commit depends on the feeds that
 * it reaches: points and getAll are found by their key, ranges within one first element of a compound index (such as all
 * orders of one customer) by that element. Only other ranges get every change of their table.
 */
export class FeedRegistry {
  readonly #tables = new Map<Table, TableSubscribers>();
  readonly #onIndex = new Map<SecondaryIndex, Set<Subscriber>>();

  readonly #storage: Storage;

  constructor(storage: Storage) {
    this.#storage = storage;
    storage.onCommit((changes) => this.#deliver(changes));
    storage.onCatalogChange((event) => this.#abort(event));
  }

  /** Subscribes to all changes from now on. @returns a function that ends the subscription */
  subscribe(source: PointSource | RangeSource | LimitSource, to: Subscriber): () => void {
    // The subscriber has already read the changes that the open transaction made before.
    const since = this.#storage.sequence;
    const deliver = (changes: readonly Change[]) => {
      const unseen = isAfter(changes[0], since)
        ? changes
        : changes.filter((change) => isAfter(change, since));
      if (unseen.length > 0) to.deliver(unseen);
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
    const batches = new Map<Subscriber, Change[]>();
    for (const change of changes) {
      const subscribers = this.#tables.get(change.table);
      if (subscribers === undefined) continue;
      for (const subscriber of subscribersFor(subscribers, change)) {
        const batch = batches.get(subscriber);
        if (batch) batch.push(change);
        else batches.set(subscriber, [change]);
      }
    }
    for (const [subscriber, batch] of batches) subscriber.deliver(batch);
  }

  #abort(event: CatalogEvent): void {
    if (event.kind === 'tableDropped') {
      const subscribers = this.#tables.get(event.table);
      if (subscribers === undefined) return;
      const keyed = [...subscribers.byKey.values()].flatMap((sets) => [...sets.values()]);
      const keyedAndAll = new Set([subscribers.all, ...keyed].flatMap((set) => [...set]));
      for (const subscriber of keyedAndAll) subscriber.abort(opFailed('Changefeed aborted (unavailable).'));
    } else {
      const { table, index } = event;
      const error = opFailed(`Index \`${index.name}\` was not found on table \`${table.db}.${table.name}\`.`);
      for (const subscriber of [...(this.#onIndex.get(index) ?? [])]) subscriber.abort(error);
    }
  }
}

/** Each subscriber once, even if the change affects several of its keys. */
function subscribersFor(subscribers: TableSubscribers, change: Change): Iterable<Subscriber> {
  if (subscribers.byKey.size === 0) return subscribers.all;
  const found = new Set(subscribers.all);
  for (const [index, byKey] of subscribers.byKey) {
    for (const value of affectedValues(index, change)) {
      for (const subscriber of byKey.get(exactly(value)) ?? []) found.add(subscriber);
      const first = firstElement(value);
      if (first === undefined) continue;
      for (const subscriber of byKey.get(beginningWith(first)) ?? []) found.add(subscriber);
    }
  }
  return found;
}

function affectedValues(index: Index, change: Change): Datum[] {
  if (index === null) return [change.key];
  const values = change.indexValues.get(index);
  return values ? [...values.old, ...values.new] : [];
}

/** The keys of a source; undefined if it must get every change of its table. */
function routingKeys(source: PointSource | RangeSource | LimitSource): string[] | undefined {
  if (source.kind === 'point') return [exactly(source.key)];
  if (source.kind === 'range' && source.keys) return [...new Set(source.keys.map(exactly))];
  if (source.index?.geo) return undefined;
  const lower = firstElement(source.bounds.lower?.value);
  const upper = firstElement(source.bounds.upper?.value);
  if (lower === undefined || upper === undefined) return undefined;
  return equal(lower, upper) ? [beginningWith(lower)] : undefined;
}

function isAfter(change: Change | undefined, sequence: number): boolean {
  return change !== undefined && change.sequence > sequence;
}

function firstElement(value: Datum | undefined): Datum | undefined {
  return Array.isArray(value) ? value[0] : undefined;
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
