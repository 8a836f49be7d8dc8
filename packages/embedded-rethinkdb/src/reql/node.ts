import type { Value } from '../sequences/value.js';
import type { TermName } from './ql2.js';
import type { Scope } from './scope.js';

/** A term of a query, ready to be evaluated any number of times. */
export interface Node {
  readonly name: TermName;
  readonly parent: Node | null;
  /** Which argument of the parent it is: a position, or the name of an option. */
  readonly frame: number | string | null;
  /** A union of `Determinism` bits. */
  readonly determinism: number;
  /** The term's own positional arguments. */
  readonly children: readonly Node[];
  /** `literalOk`: r.literal() may occur here, as in the argument of merge and update. */
  evaluate(scope: Scope, literalOk?: boolean): Value;
  /** The term as JSON, as it came over the wire. */
  readonly source: unknown;
}
