import type { DatumObject } from '../datum/datum.js';
import type { FeedRegistry } from '../feeds/feed-registry.js';
import type { Limits } from '../runtime/limits.js';
import type { RowFunction } from '../runtime/row-function.js';
import type { Value } from '../runtime/value.js';
import type { Durability, StoredFunction } from '../storage/definitions.js';
import type { Storage } from '../storage/storage.js';

/** The environment of one query during its evaluation. */
export interface QueryEnvironment {
  readonly storage: Storage;
  readonly registry: FeedRegistry;
  readonly limits: Limits;
  /** `r.now()`: the same time during the whole query. */
  readonly now: DatumObject;
  /** A global option of the query, such as `db` or `array_limit`. */
  option(name: string): Value | undefined;
  /** A compiled function of the database. */
  storedFunction(stored: StoredFunction): RowFunction;
  /** Called for each write, so that the query is acknowledged by the strictest durability. */
  wrote(durability: Durability): void;
}
