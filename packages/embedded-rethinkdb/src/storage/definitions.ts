import type { Datum } from '../datum/datum.js';

/**
 * A ReQL function stored in the database, of a secondary index or a write hook: its FUNC term as JSON. The variables
 * around it are replaced by their values. Other fields belong to the query layer (JSON).
 */
export interface StoredFunction {
  readonly term: Datum;
  readonly [more: string]: Datum;
}

/** Compiles a stored function. The query layer injects it: storage does not import that layer. */
export type CompileFunction = (stored: StoredFunction) => (...args: Datum[]) => Datum;

/** `hard`: a write is acknowledged after it is synced to the disk; `soft`: before. */
export type Durability = 'hard' | 'soft';

/** The definition of a secondary index. The values of a `geo` index are geometries, which have no order. */
export interface IndexDefinition {
  readonly function: StoredFunction;
  readonly multi: boolean;
  readonly geo: boolean;
}
