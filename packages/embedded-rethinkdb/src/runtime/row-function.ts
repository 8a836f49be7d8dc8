import { type Datum, isObject } from '../datum/datum.js';
import { equal } from '../datum/order.js';
import { EmptyUserError, nonExistence, ReqlError } from '../datum/reql-error.js';
import { asBoolean, expected } from '../datum/type-checks.js';
import { SingleSelection } from './selection.js';
import { isDatum, NonDatum, type Value, wrongKind } from './value.js';

/**
 * Whether a function gives the same result for the same arguments. These are bits: the determinism of a term is the union
 * of those of its parts.
 */
export const Determinism = {
  deterministic: 0,
  /** Within one query: r.now(). */
  constantNow: 1,
  /** On one machine: floating point geometry. */
  singleServer: 2,
  /** Reads or changes data outside the query, or is random. */
  nondeterministic: 4,
} as const;

/** A ReQL function as terms see it. */
export abstract class RowFunction extends NonDatum {
  readonly kind = 'FUNCTION';
  /** How many arguments it takes; 0 takes any number. */
  abstract readonly arity: number;
  /** A union of `Determinism` bits. */
  abstract readonly determinism: number;
  /** True for a literal object, which `filter` compares field by field. */
  readonly isPattern: boolean = false;

  /** `literalOk`: r.literal() may occur in the result, as in merge and update. */
  abstract call(args: readonly Datum[], literalOk?: boolean): Value;

  typeName(): string {
    return 'FUNCTION';
  }

  /** Calls it for data. */
  datum(...args: Datum[]): Datum {
    return toDatum(this.call(args));
  }

  /** Attributes an error to the function: `throw f.blame(error)`. */
  blame(error: unknown): unknown {
    return error;
  }

  /** True if it always gives the same result within one query. */
  get isDeterministic(): boolean {
    return (this.determinism & ~Determinism.constantNow) === 0;
  }

  /** The function as JavaScript. */
  abstract toSource(): string;
}

/** A value as data: a selected row is its document. @throws ReqlError LOGIC for other values */
export function toDatum(value: Value): Datum {
  if (isDatum(value)) return value;
  if (value instanceof SingleSelection) return value.get();
  throw wrongKind('DATUM', value);
}

/**
 * Whether `filter` keeps a row. If a field is missing, `fallback` decides, or the row is skipped. A fallback of `r.error()`
 * rethrows the error.
 */
export function keeps(predicate: RowFunction, row: Datum, fallback?: () => boolean): boolean {
  try {
    const verdict = predicate.datum(row);
    if (predicate.isPattern && isObject(verdict)) return matchesPattern(predicate, verdict, row);
    return asBoolean(verdict);
  } catch (error) {
    if (!(error instanceof ReqlError) || error.kind !== 'NON_EXISTENCE') throw error;
    if (fallback === undefined) return false;
    try {
      return fallback();
    } catch (again) {
      throw again instanceof EmptyUserError ? error : again;
    }
  }
}

function matchesPattern(predicate: RowFunction, pattern: Datum, row: Datum): boolean {
  try {
    return matches(pattern, row);
  } catch (error) {
    throw predicate.blame(error);
  }
}

function matches(pattern: Datum, row: Datum): boolean {
  if (!isObject(pattern)) return equal(pattern, row);
  if (pattern.$reql_type$ === 'LITERAL') return equal(pattern.value ?? null, row);
  for (const [key, wanted] of Object.entries(pattern)) {
    if (!isObject(row)) throw expected('OBJECT', row);
    if (!Object.hasOwn(row, key)) throw nonExistence(`No attribute \`${key}\` in object.`);
    const found = row[key] ?? null;
    if (isObject(wanted) && isObject(found)) {
      if (!matches(wanted, found)) return false;
    } else if (!equal(found, wanted)) return false;
  }
  return true;
}
