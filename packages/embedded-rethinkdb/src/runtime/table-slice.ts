import { type Datum, isExtremum, MAXVAL, MINVAL, pseudotype } from '../datum/datum.js';
import { refuseZeroBytes } from '../datum/key-encoding.js';
import { compare } from '../datum/order.js';
import { logicError, opFailed } from '../datum/reql-error.js';
import type { Bounds } from '../storage/bounds.js';
import type { SecondaryIndex } from '../storage/secondary-index.js';
import type { Table } from '../storage/table.js';
import { SystemTable } from '../system-tables/system-table.js';
import { Stream } from './stream.js';
import { NonDatum } from './value.js';

/** A table of the storage, or a system table. */
export type AnyTable = Table | SystemTable;

export interface SliceBounds {
  readonly lower: Datum;
  readonly lowerOpen: boolean;
  readonly upper: Datum;
  readonly upperOpen: boolean;
}

export type Order = 'none' | 'ascending' | 'descending';

const EVERYTHING: SliceBounds = { lower: MINVAL, lowerOpen: false, upper: MAXVAL, upperOpen: true };

/** `r.table('t')`. */
export class TableValue extends NonDatum {
  readonly kind = 'TABLE';

  constructor(readonly table: AnyTable) {
    super();
  }

  typeName(): string {
    return 'TABLE';
  }

  override display(): string {
    return `table("${this.table.name}")`;
  }

  slice(): TableSlice {
    return new TableSlice(this.table);
  }
}

/** A table restricted by `between` and ordered by `orderBy({index})`, each at most once. */
export class TableSlice extends NonDatum {
  readonly kind = 'TABLE_SLICE';

  constructor(
    readonly table: AnyTable,
    readonly index: string | null = null,
    readonly order: Order = 'none',
    readonly bounds: SliceBounds = EVERYTHING,
  ) {
    super();
  }

  typeName(): string {
    return 'TABLE_SLICE';
  }

  override display(): string {
    return `SELECTION ON table(${this.table.name})`;
  }

  ordered(index: string, order: Order): TableSlice {
    if (this.order !== 'none') {
      throw logicError('Cannot perform multiple indexed ORDER_BYs on the same table.');
    }
    if (this.index !== null && this.index !== index) {
      throw logicError(
        `Cannot order by index \`${index}\` after calling BETWEEN on index \`${this.index}\`.`,
      );
    }
    return new TableSlice(this.table, index, order, this.bounds);
  }

  between(index: string, bounds: SliceBounds): TableSlice {
    if (this.bounds !== EVERYTHING) throw logicError('Cannot perform multiple BETWEENs on the same table.');
    if (this.index !== null && this.index !== index) {
      throw logicError(
        `Cannot call BETWEEN on index \`${index}\` after ordering on index \`${this.index}\`.`,
      );
    }
    return new TableSlice(this.table, index, this.order, bounds);
  }

  /** The rows, each with its value in the index of the slice. */
  *entries(): Iterable<{ value: Datum; doc: Datum }> {
    const { table, order } = this;
    const index = this.index === null ? null : findIndex(table, this.index);
    if (isEmpty(this.bounds)) return;
    const reverse = order === 'descending';
    if (index !== null && !(table instanceof SystemTable)) {
      yield* table.scanIndex(index, storageBounds(this.bounds), reverse);
    } else {
      for (const doc of table.scan(storageBounds(this.bounds), reverse))
        yield { value: doc[table.primaryKey] ?? null, doc };
    }
  }

  /** The rows. The index is looked up now, so that a missing index is an error before any row is read. */
  stream(): Stream {
    const { table, order } = this;
    const index = this.index === null ? null : findIndex(table, this.index);
    if (index?.geo) {
      throw logicError(
        `Index \`${index.name}\` is a geospatial index.  Only get_nearest and get_intersecting can use a geospatial index.`,
      );
    }
    if (index === null) for (const bound of [this.bounds.lower, this.bounds.upper]) refuseZeroBytes(bound);
    const bounds = storageBounds(this.bounds);
    const reverse = order === 'descending';
    if (table instanceof SystemTable) return new Stream(() => table.scan(bounds, reverse));
    const read = () => {
      if (isEmpty(this.bounds)) return [];
      return index === null
        ? table.scan(bounds, reverse)
        : documents(table.scanIndex(index, bounds, reverse));
    };
    return new Stream(read, { feed: { kind: 'range', table, index, bounds, order } });
  }
}

/** The secondary index of that name, or null for the primary key. */
export function findIndex(table: AnyTable, name: string): SecondaryIndex | null {
  if (name === table.primaryKey) return null;
  const index = table instanceof SystemTable ? undefined : table.indexes.get(name);
  if (index === undefined) {
    throw opFailed(`Index \`${name}\` was not found on table \`${table.db}.${table.name}\`.`);
  }
  return index;
}

function* documents(entries: Iterable<{ doc: Datum }>): Iterable<Datum> {
  for (const entry of entries) yield entry.doc;
}

function storageBounds({ lower, lowerOpen, upper, upperOpen }: SliceBounds): Bounds {
  checkBound(lower);
  checkBound(upper);
  return {
    ...(lower !== MINVAL && { lower: { value: lower, open: lowerOpen } }),
    ...(upper !== MAXVAL && { upper: { value: upper, open: upperOpen } }),
  };
}

function checkBound(bound: Datum): void {
  if (pseudotype(bound) === 'GEOMETRY') {
    throw logicError(
      'Cannot use a geometry value as a key value in a primary or non-geospatial secondary index.',
    );
  }
}

function isEmpty({ lower, lowerOpen, upper, upperOpen }: SliceBounds): boolean {
  if (isExtremum(lower) && lower === MAXVAL) return true;
  if (isExtremum(upper) && upper === MINVAL) return true;
  const order = compare(lower, upper);
  return order > 0 || (order === 0 && (lowerOpen || upperOpen) && !isExtremum(lower));
}
