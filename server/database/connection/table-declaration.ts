import type { Datum, IndexOptions, WriteHook } from './reql-types.js';

/** A secondary index. The names of indexes are part of the schema: other programs may use them. */
export interface IndexDeclaration<Row> {
  definition(row: Datum<Row>): unknown;
  options?: IndexOptions;
}

/**
 * A table with its indexes and write hook. `Row` has the known fields of its rows; their values are `unknown`, since any
 * driver may have written them.
 */
export interface TableDeclaration<Row, Index extends string = string> {
  readonly name: string;
  readonly indexes: Readonly<Record<Index, IndexDeclaration<Row>>>;
  readonly writeHook?: WriteHook<Row>;
}
