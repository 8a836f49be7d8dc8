import type { Datum } from '../datum/datum.js';
import type { Value } from '../runtime/value.js';
import type { Scope } from './scope.js';
import type { TermName } from './term-numbers.js';

/** Where a term comes from. */
export interface TermOrigin {
  /** The term as JSON, as it came over the wire. */
  readonly source: Datum;
  readonly parent: Node | null;
  /** Which argument of the parent it is: a position, or the name of an option. */
  readonly frame: number | string | null;
}

/** A compiled term, which can be evaluated any number of times. */
export interface Node extends TermOrigin {
  readonly name: TermName;
  /** A union of `Determinism` bits. */
  readonly determinism: number;
  /** The term's positional arguments. */
  readonly children: readonly Node[];
  /** `literalOk`: r.literal() may occur here, as in the argument of merge and update. */
  evaluate(scope: Scope, literalOk?: boolean): Value;
}
