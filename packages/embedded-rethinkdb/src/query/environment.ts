import type { DatumObject } from '../datum/datum.js';
import type { FeedRegistry } from '../feeds/feed-registry.js';
import type { Limits } from '../runtime/limits.js';
import type { RowFunction } from '../runtime/row-function.js';
import type { Value } from '../runtime/value.js';
import type { Durability, StoredFunction } from '../storage/definitions.js';
import type { Storage } from '../storage/storage.js';

/** What one query has at hand while it is evaluated. */
export interface QueryEnvironment {
  readonly storage: Storage;
  readonly registry: FeedRegistry;
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
