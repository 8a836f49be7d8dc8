import type { Hub } from '../changefeeds/hub.js';
import type { Limits } from '../sequences/limits.js';
import type { RowFunction } from '../sequences/row-function.js';
import type { Value } from '../sequences/value.js';
import type { Durability, StoredFunction } from '../storage/shapes.js';
import type { Storage } from '../storage/storage.js';
import type { DatumObject } from '../values/datum.js';

/** What one query has at hand while it is evaluated. */
export interface Environment {
  readonly storage: Storage;
  readonly hub: Hub;
  readonly limits: Limits;
  /** `r.now()`: one moment for the whole query. */
  readonly now: DatumObject;
  /** A global option of the query, such as `db` or `array_limit`. */
  option(name: string): Value | undefined;
  /** A function kept in the database, ready to be called. */
  storedFunction(stored: StoredFunction): RowFunction;
  /** Told about every write, so that the query is acknowledged when the strictest demand is met. */
  wrote(durability: Durability): void;
}
