import type { Datum } from '../values/datum.js';
import { internalError } from '../values/reql-error.js';
import type { Environment } from './environment.js';

/** The variables a term can see: those of the functions around it, innermost first. */
export class Scope {
  constructor(
    readonly env: Environment,
    private readonly parent?: Scope,
    private readonly names: readonly number[] = [],
    private readonly values: readonly Datum[] = [],
  ) {}

  /** The scope of the body of a function called with these arguments. */
  inside(names: readonly number[], values: readonly Datum[]): Scope {
    return names.length === 0 ? this : new Scope(this.env, this, names, values);
  }

  variable(name: number): Datum {
    for (let scope: Scope | undefined = this; scope !== undefined; scope = scope.parent) {
      const at = scope.names.indexOf(name);
      if (at >= 0) return scope.values[at]!;
    }
    throw internalError(`Variable ${name} has no value.`);
  }

  /** `r.row`: the argument of the only one-argument function around the term. */
  row(): Datum {
    for (let scope: Scope | undefined = this; scope !== undefined; scope = scope.parent) {
      if (scope.names.length === 1) return scope.values[0]!;
    }
    throw internalError('r.row has no value.');
  }
}
