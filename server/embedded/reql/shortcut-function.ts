import { asString } from '../sequences/datum-types.js';
import { getField } from '../sequences/documents.js';
import { Determinism, RowFunction } from '../sequences/row-function.js';
import type { Datum } from '../values/datum.js';
import { equal } from '../values/order.js';
import { nonExistence } from '../values/reql-error.js';

/** A function made of data, where a term takes either: `filter({a: 1})`, `sum('price')`. */
class ShortcutFunction extends RowFunction {
  readonly determinism = Determinism.always;

  constructor(
    readonly arity: number,
    private readonly result: (row: Datum) => Datum,
    override readonly isPattern: boolean,
    private readonly source: string,
  ) {
    super();
  }

  call(args: readonly Datum[]): Datum {
    return this.result(args[0] ?? null);
  }

  toSource(): string {
    return this.source;
  }
}

/** Which function a datum stands for. */
export type Shortcut = 'none' | 'constant' | 'field';

export function constantFunction(datum: Datum): RowFunction {
  return new ShortcutFunction(0, () => datum, true, `function() { return ${JSON.stringify(datum)}; }`);
}

/** `row => row(key)`; the key is a field's name or, for arrays, a position. */
export function fieldFunction(key: Datum): RowFunction {
  const source = `function(row) { return row(${JSON.stringify(key)}); }`;
  if (typeof key === 'number') return new ShortcutFunction(1, (row) => nth(row, key), false, source);
  return new ShortcutFunction(1, (row) => getField(row, asString(key)), false, source);
}

export function equalsFunction(wanted: Datum): RowFunction {
  return new ShortcutFunction(
    1,
    (row) => equal(row, wanted),
    false,
    `row => row.eq(${JSON.stringify(wanted)})`,
  );
}

function nth(row: Datum, position: number): Datum {
  const found = Array.isArray(row) ? row.at(position) : undefined;
  if (found === undefined) throw nonExistence(`Index out of bounds: ${position}`);
  return found;
}
