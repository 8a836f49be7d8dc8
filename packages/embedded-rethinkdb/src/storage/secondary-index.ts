import { type Datum, type DatumObject, isObject, MINVAL, pseudotype } from '../datum/datum.js';
import { encodeJson, holdsNegativeZero } from '../datum/json.js';
import { decodeKey, encodeIndexKey, encodeKey } from '../datum/key-encoding.js';
import type { CellRange } from '../geo/cells.js';
import { coveringOf } from '../geo/covering.js';
import { type Shape, toShape } from '../geo/shape.js';
import { type Bound, type Bounds, isWithin } from './bounds.js';
import type { IndexDefinition, StoredFunction } from './definitions.js';
import { type ByteRange, boundedRange, numberPrefix, wholeRange } from './ranges.js';

/** An index in the catalog. */
export interface IndexRecord extends IndexDefinition {
  readonly name: string;
  readonly number: number;
  /** Of a geospatial index: the keys of its entries are cells. Versions before 0.2 had one key for all entries. */
  readonly hasCells?: boolean;
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

/** Bytes of the number of a cell. */
const CELL_BYTES = 6;

/** More cells describe a shape more closely, and are more entries to write. */
const CELLS_PER_SHAPE = 8;

// LMDB's keys have at most 1,978 bytes. Longer values are cut, and stored completely in the value of the entry.
const MAX_VALUE_BYTES = 1024;

/**
 * A secondary index: its name, its values for a document, and the format of its entries.
 * An entry's key is the index number, the encoded value, the encoded primary key and, in a multi index, the
 * position within the array. Its value is the length of the encoded value, followed by the exact value as JSON
 * if the key does not represent it exactly (cut values, times with zones, negative zero, geometry).
 *
 * A geospatial index has an entry for each of the cells that cover a geometry, with the cell's number (48 bits) instead of
 * the value. Entries of points have the point in the entry's value; other geometry is read from the document.
 */
export class SecondaryIndex {
  readonly prefix: Buffer;
  readonly multi: boolean;
  readonly geo: boolean;
  readonly hasCells: boolean;
  readonly function: StoredFunction;
  readonly #call: (doc: Datum) => Datum;

  constructor(
    public name: string,
    readonly number: number,
    definition: IndexDefinition & { readonly hasCells?: boolean },
    call: (doc: Datum) => Datum,
  ) {
    this.prefix = numberPrefix(number);
    this.multi = definition.multi;
    this.geo = definition.geo;
    this.hasCells = definition.hasCells ?? false;
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
    return values.filter((item) => (this.geo ? shapeOf(item) !== undefined : isIndexable(item)));
  }

  /** The geometry of an entry; `readDocument` is called if the entry does not have it. */
  geometryOf(entry: RawEntry, readDocument: () => DatumObject | null): Datum | undefined {
    if (entry.value.length > 2) return this.valueOf(entry);
    const doc = readDocument();
    return doc === null
      ? undefined
      : this.keysOf(doc)[this.multi ? entry.key.readUInt16BE(entry.key.length - 2) : 0];
  }

  /** The keys of the entries in some cells. */
  rangeOfCells({ from, to }: CellRange): ByteRange {
    return { from: this.#cellKey(from), to: this.#cellKey(to + 1) };
  }

  /** The smallest cell that has the point of an entry; undefined for other geometry. */
  cellOf(entry: RawEntry): number | undefined {
    if (!this.hasCells || entry.value.length === 2) return undefined;
    return entry.key.readUIntBE(this.prefix.length, CELL_BYTES);
  }

  /** Equal for the entries of one geometry; undefined for geometry that has only one entry. */
  identityOf(entry: RawEntry): string | undefined {
    return entry.value.length > 2 ? undefined : entry.key.toString('latin1', this.prefix.length + CELL_BYTES);
  }

  #cellKey(cell: number): Buffer {
    const key = Buffer.alloc(this.prefix.length + CELL_BYTES);
    this.prefix.copy(key);
    key.writeUIntBE(cell, this.prefix.length, CELL_BYTES);
    return key;
  }

  #cellEntries(geometry: Datum, tail: Buffer, primaryKey: Buffer): RawEntry[] {
    const shape = shapeOf(geometry);
    if (shape === undefined) return [];
    const header = Buffer.from([0, CELL_BYTES]);
    const value =
      shape.kind === 'Point' ? Buffer.concat([header, Buffer.from(encodeJson(geometry))]) : header;
    return coveringOf(shape, CELLS_PER_SHAPE).map(({ id }) => ({
      key: Buffer.concat([this.#cellKey(id), primaryKey, tail]),
      value,
    }));
  }

  /** The entries of a document with these index values. */
  entriesOf(values: readonly Datum[], primaryKey: Buffer): RawEntry[] {
    return values.flatMap((value, position) => {
      const tail = this.multi ? positionBytes(position) : NOTHING;
      if (this.hasCells) return this.#cellEntries(value, tail, primaryKey);
      const whole = this.geo ? GEO_KEY : encodeIndexKey(value);
      const encoded = whole.subarray(0, MAX_VALUE_BYTES);
      const isExact =
        !this.geo && whole.length <= MAX_VALUE_BYTES && !holdsTime(value) && !holdsNegativeZero(value);
      const exact = isExact ? '' : encodeJson(value);
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

/** Shapes of values, because a value is first checked and then indexed. */
const shapes = new WeakMap<object, Shape>();

/** Undefined for a value that is no valid geometry. */
function shapeOf(value: Datum): Shape | undefined {
  if (!isObject(value) || pseudotype(value) !== 'GEOMETRY') return undefined;
  const known = shapes.get(value);
  if (known !== undefined) return known;
  try {
    const shape = toShape(value);
    shapes.set(value, shape);
    return shape;
  } catch {
    return undefined;
  }
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

export function sameEntries(a: readonly RawEntry[], b: readonly RawEntry[]): boolean {
  return (
    a.length === b.length &&
    a.every((entry, i) => {
      const other = b[i];
      return other !== undefined && entry.key.equals(other.key) && entry.value.equals(other.value);
    })
  );
}
