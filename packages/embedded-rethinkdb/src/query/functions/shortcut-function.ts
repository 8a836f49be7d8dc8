import type { Datum } from '../../datum/datum.js';
import { getField } from '../../datum/fields.js';
import { equal } from '../../datum/order.js';
import { asString } from '../../datum/type-checks.js';
import { UNLIMITED } from '../../runtime/limits.js';
import { Determinism, RowFunction, toDatum } from '../../runtime/row-function.js';
import { onObjectOrSequence } from '../object-or-sequence.js';

/** The function that a datum stands for. */
export type Shortcut = 'none' | 'constant' | 'field';

type Blame = (error: unknown) => unknown;

const AS_IT_IS: Blame = (error) => error;

/** A function made of data, for terms that accept both: `filter({a: 1})`, `sum('price')`. */
class ShortcutFunction extends RowFunction {
  readonly determinism = Determinism.deterministic;

  readonly #result: (row: Datum) => Datum;
  readonly #source: string;

  constructor(
    readonly arity: number,
    result: (row: Datum) => Datum,
    override readonly isPattern: boolean,
    source: string,
    override readonly blame: Blame,
  ) {
    super();
    this.#result = result;
    this.#source = source;
  }

  call(args: readonly Datum[]): Datum {
    try {
      return this.#result(args[0] ?? null);
    } catch (error) {
      throw this.blame(error);
    }
  }

  toSource(): string {
    return this.#source;
  }
}

export function constantFunction(datum: Datum, blame = AS_IT_IS): RowFunction {
  return new ShortcutFunction(0, () => datum, true, `function() { return ${JSON.stringify(datum)}; }`, blame);
}

/** `row => row(key)`; for an array, the field of each element. */
export function fieldFunction(key: Datum, blame = AS_IT_IS): RowFunction {
  const source = `function(row) { return row(${JSON.stringify(key)}); }`;
  const term = {
    name: 'get_field',
    mode: 'skip',
    deterministic: true,
    apply: (row: Datum) => getField(row, asString(key)),
  } as const;
  return new ShortcutFunction(
    1,
    (row) => toDatum(onObjectOrSequence(row, term, UNLIMITED)),
    false,
    source,
    blame,
  );
}

export function equalsFunction(wanted: Datum): RowFunction {
  const source = `function(row) { return row.eq(${JSON.stringify(wanted)}); }`;
  return new ShortcutFunction(1, (row) => equal(row, wanted), false, source, AS_IT_IS);
}
