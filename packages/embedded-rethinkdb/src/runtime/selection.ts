import type { Datum, DatumObject } from '../datum/datum.js';
import { displayDatum } from '../datum/display.js';
import { logicError } from '../datum/reql-error.js';
import { asObject } from '../datum/type-checks.js';
import type { Stream } from './stream.js';
import type { AnyTable, TableSlice } from './table-slice.js';
import { NonDatum } from './value.js';

/** Rows of one table, which can be updated, replaced and deleted. */
export class Selection extends NonDatum {
  readonly kind = 'SELECTION';

  constructor(
    readonly table: AnyTable,
    readonly stream: Stream,
  ) {
    super();
  }

  typeName(): string {
    return this.stream.isArray ? 'SELECTION<ARRAY>' : 'SELECTION<STREAM>';
  }

  override display(): string {
    return `SELECTION ON table(${this.table.name})`;
  }

  with(stream: Stream): Selection {
    return new Selection(this.table, stream);
  }
}

/** One row of a table, which may not exist: `table.get(key)`. */
export class SingleSelection extends NonDatum {
  readonly kind = 'SINGLE_SELECTION';
  #row: DatumObject | null | undefined;

  constructor(
    readonly table: AnyTable,
    readonly key: Datum,
    row?: DatumObject,
  ) {
    super();
    this.#row = row;
  }

  typeName(): string {
    return 'SELECTION<OBJECT>';
  }

  override asDatum(): Datum {
    return this.get();
  }

  override display(): string {
    return displayDatum(this.get());
  }

  get(): DatumObject | null {
    if (this.#row === undefined) this.#row = this.table.get(this.key);
    return this.#row;
  }
}

/** The first row of an ordered slice: `table.min({index})`. */
export class ExtremeSelection extends SingleSelection {
  constructor(
    readonly slice: TableSlice,
    term: string,
  ) {
    const [row] = slice.stream().rows();
    if (row === undefined) throw logicError(`\`${term}\` found no entries in the specified index.`);
    const document = asObject(row);
    super(slice.table, document[slice.table.primaryKey] ?? null, document);
  }
}
