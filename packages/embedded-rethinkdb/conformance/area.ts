import type { Term } from '../tests/support/driver.js';
import type { Random } from './random.js';

/** A kind of queries that is compared with a RethinkDB server. */
export interface Area {
  readonly name: string;
  /** Queries that create what the cases need, run once on each server in a database of their own. They may fail. */
  readonly prepare?: (random: Random) => Term[];
  /** One query, whose answers are compared with all digits, error texts and backtraces. */
  readonly generate: (random: Random) => Term;
  /** True if the order of rows is not part of the answer. */
  readonly isUnordered?: boolean;
}
