import { type Datum, type DatumObject, isObject, MINVAL, pseudotype } from '../datum/datum.js';
import { encodeJson, holdsNegativeZero } from '../datum/json.js';
import { decodeKey, encodeIndexKey, encodeKey } from '../datum/key-encoding.js';
import { type Bound, type Bounds, isWithin } from './bounds.js';
import type { IndexDefinition, StoredFunction } from './definitions.js';
import { type ByteRange, boundedRange, numberPrefix, wholeRange } from './ranges.js';

/** An index in the catalog. */
export interface IndexRecord extends IndexDefinition {
  readonly name: string;
  readonly number: number;
}

/** The values that each secondary index of a table has for a document, before and after a change. */
export type IndexValues = ReadonlyMap<SecondaryIndex, { readonly old: Datum[]; readonly new: Datum[] }>;

/** One entry of a secondary index: the index value and its document. */
export interface IndexEntry {
  readonly value: Datum;
  readonly doc: DatumObject;
}

/** An entry as LMDB stores it. */
export interface RawEntry {
  readonly key: Buffer;
  readonly value: Buffer;
}

// LMDB's keys have at most 1,978 bytes. Longer values are cut, and stored completely in the value of the entry.
const MAX_VALUE_BYTES = 1024;

/**
 * A secondary index: its name, its values for a document, and the format of its entries.
 * An entry's key is the index number, the encoded value, the encoded primary key and, in a multi index, the
 * position within the array. Its value is the length of the encoded value, followed by the exact value as JSON
 * if the key does not represent it exactly (cut values, times with zones, negative zero, geometry).
 */
export class SecondaryIndex {
  readonly prefix: Buffer;
  readonly multi: boolean;
  readonly geo: boolean;
  readonly function: StoredFunction;
  readonly #call: (doc: Datum) => Datum;

  constructor(
    public name: string,
    readonly number: number,
    definition: IndexDefinition,
    call: (doc: Datum) => Datum,
  ) {
    this.prefix = numberPrefix(number);
    this.multi = definition.multi;
    this.geo = definition.geo;
    this.function = definition.function;
    this.#call = call;
  }

  /** The index values of a document; empty if the function fails or its result cannot be a key. */
  keysOf(doc: DatumObject): Datum[] {
    let value: Datum;
    try {
      value = this.#call(doc);
    } catch {
      return [];
    }
    const values = this.multi && Array.isArray(value) ? value : [value];
    return values.filter((item) => (this.geo ? pseudotype(item) === 'GEOMETRY' : isIndexable(item)));
  }

  /** The entries of a document with these index values. */
  entriesOf(values: readonly Datum[], primaryKey: Buffer): RawEntry[] {
    return values.map((value, position) => {
      const whole = this.geo ? GEO_KEY : encodeIndexKey(value);
      const encoded = whole.subarray(0, MAX_VALUE_BYTES);
      const isExact =
        !this.geo && whole.length <= MAX_VALUE_BYTES && !holdsTime(value) && !holdsNegativeZero(value);
      const exact = isExact ? '' : encodeJson(value);
      const tail = this.multi ? positionBytes(position) : NOTHING;
      const header = Buffer.alloc(2);
      header.writeUInt16BE(encoded.length);
      return {
        key: Buffer.concat([this.prefix, encoded, primaryKey, tail]),
        value: Buffer.concat([header, Buffer.from(exact)]),
      };
    });
  }

  /** The keys of the entries within bounds. @throws ReqlError LOGIC for a bound that cannot be a key */
  rangeOf(bounds: Bounds): ByteRange {
    if (this.geo) return wholeRange(this.prefix);
    const encode = (value: Datum) => encodeIndexKey(value).subarray(0, MAX_VALUE_BYTES);
    // A cut bound may have values on both sides with the same bytes: `admits` compares them.
    const widened = (bound: Bound | undefined) =>
      bound?.open && encode(bound.value).length === MAX_VALUE_BYTES ? { ...bound, open: false } : bound;
    return boundedRange(this.prefix, { lower: widened(bounds.lower), upper: widened(bounds.upper) }, encode);
  }

  primaryKeyOf(entry: RawEntry): Buffer {
    const start = this.prefix.length + entry.value.readUInt16BE(0);
    return entry.key.subarray(start, this.multi ? entry.key.length - 2 : entry.key.length);
  }

  valueOf(entry: RawEntry): Datum {
    if (entry.value.length > 2) return JSON.parse(entry.value.toString('utf8', 2)) as Datum;
    const start = this.prefix.length;
    return decodeKey(entry.key.subarray(start, start + entry.value.readUInt16BE(0)));
  }

  /** Whether the value of an entry is within bounds. Needed for cut keys, whose bytes do not decide it. */
  admits(entry: RawEntry, bounds: Bounds): boolean {
    if (this.geo || entry.value.readUInt16BE(0) < MAX_VALUE_BYTES) return true;
    return isWithin(this.valueOf(entry), bounds);
  }
}

const NOTHING = Buffer.alloc(0);
const GEO_KEY = encodeKey(MINVAL)!;

function positionBytes(position: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(position & 0xffff);
  return bytes;
}

function isIndexable(value: Datum): boolean {
  return encodeKey(value) !== undefined;
}

function holdsTime(value: Datum): boolean {
  return Array.isArray(value) ? value.some(holdsTime) : isObject(value) && pseudotype(value) === 'TIME';
}

/** Decodes its index value when it is read: most scans need the documents only. */
export class LazyEntry implements IndexEntry {
  readonly #index: SecondaryIndex;
  readonly #entry: RawEntry;

  constructor(
    index: SecondaryIndex,
    entry: RawEntry,
    readonly doc: DatumObject,
  ) {
    this.#index = index;
    this.#entry = entry;
  }

  get value(): Datum {
    return this.#index.valueOf(this.#entry);
  }
}
