import type { Datum } from '../datum/datum.js';
import { displayDatum, displayShort } from '../datum/display.js';
import { logicError, type ReqlError } from '../datum/reql-error.js';
import { typeError } from '../datum/type-checks.js';

/** The value of a term: data, or a value that exists only during a query. */
export type Value = Datum | NonDatum;

/** RethinkDB's names for the kinds of values, as its error messages use them. */
export type ValueKind =
  | 'DATABASE'
  | 'TABLE'
  | 'TABLE_SLICE'
  | 'SELECTION'
  | 'SEQUENCE'
  | 'SINGLE_SELECTION'
  | 'FUNCTION'
  | 'GROUPED_DATA';

/** Tables, streams, functions, …: values that cannot be stored or sent. */
export abstract class NonDatum {
  abstract readonly kind: ValueKind;
  /** The result of `typeOf`. */
  abstract typeName(): string;
  /** The data that the value can be used as; undefined if it cannot. */
  asDatum(): Datum | undefined {
    return undefined;
  }
  /** The value in error messages. */
  display(): string {
    return `VALUE ${this.kind}`;
  }
}

/** A database, by name: `r.db('test')`. */
export class DatabaseValue extends NonDatum {
  readonly kind = 'DATABASE';

  constructor(
    readonly name: string,
    readonly id: string,
  ) {
    super();
  }

  typeName(): string {
    return 'DB';
  }

  override display(): string {
    return `db("${this.name}")`;
  }
}

export function isDatum(value: Value): value is Datum {
  return !(value instanceof NonDatum);
}

/** The error for a value of the wrong kind, such as a table instead of a datum. */
export function wrongKind(wanted: ValueKind | 'DATUM', found: Value): ReqlError {
  if (isDatum(found)) {
    return typeError(found, `Expected type ${wanted} but found DATUM:\n${displayDatum(found)}`);
  }
  const message = `Expected type ${wanted} but found ${found.kind}:\n${found.display()}`;
  const datum = found.asDatum();
  return datum === undefined ? logicError(message) : typeError(datum, message);
}

/** A value in an error message, shortened. */
export function displayValue(value: Value): string {
  return isDatum(value) ? displayShort(value) : value.display();
}
