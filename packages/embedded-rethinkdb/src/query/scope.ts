import type { Datum } from '../datum/datum.js';
import { internalError } from '../datum/reql-error.js';
import type { QueryEnvironment } from './environment.js';

/** The variables that a term can refer to: those of the enclosing functions, innermost first. */
export class Scope {
  readonly #parent: Scope | undefined;
  readonly #names: readonly number[];
  readonly #values: readonly Datum[];

  constructor(
    readonly env: QueryEnvironment,
    parent?: Scope,
    names: readonly number[] = [],
    values: readonly Datum[] = [],
  ) {
    this.#parent = parent;
    this.#names = names;
    this.#values = values;
  }

  /** The scope of the body of a function called with these arguments. */
  enter(names: readonly number[], values: readonly Datum[]): Scope {
    return names.length === 0 ? this : new Scope(this.env, this, names, values);
  }

  variable(name: number): Datum {
    for (let scope: Scope | undefined = this; scope !== undefined; scope = scope.#parent) {
      const at = scope.#names.indexOf(name);
      if (at >= 0) return scope.#values[at] ?? null;
    }
    throw internalError(`Variable ${name} has no value.`);
  }

  /** `r.row`: the argument of the only enclosing function with one argument. */
  row(): Datum {
    for (let scope: Scope | undefined = this; scope !== undefined; scope = scope.#parent) {
      if (scope.#names.length === 1) return scope.#values[0] ?? null;
    }
    throw internalError('r.row has no value.');
  }
}
