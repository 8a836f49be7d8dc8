import type { Datum } from '../../datum/datum.js';
import { logicError } from '../../datum/reql-error.js';
import { RowFunction } from '../../runtime/row-function.js';
import type { Value } from '../../runtime/value.js';
import type { StoredFunction } from '../../storage/definitions.js';
import { locate } from '../backtrace.js';
import type { Node } from '../node.js';
import { printFunction } from '../print.js';
import type { Scope } from '../scope.js';
import { substituteVariables } from '../term-json.js';

/** A function of a query together with the variables around it. */
export class QueryFunction extends RowFunction {
  override readonly isPattern: boolean;

  readonly #scope: Scope;

  constructor(
    readonly node: Node,
    readonly params: readonly number[],
    readonly body: Node,
    scope: Scope,
  ) {
    super();
    this.#scope = scope;
    this.isPattern = body.name === 'MAKE_OBJ' || body.name === 'DATUM';
  }

  get arity(): number {
    return this.params.length;
  }

  get determinism(): number {
    return this.body.determinism;
  }

  call(args: readonly Datum[], literalOk = false): Value {
    if (this.params.length !== args.length && this.params.length !== 0) {
      throw locate(wrongArity(args.length, this.params.length), this.body);
    }
    return this.body.evaluate(this.#scope.enter(this.params, args), literalOk);
  }

  override blame(error: unknown): unknown {
    return locate(error, this.body);
  }

  /** The FUNC term with the variables of the functions around it replaced by their values. */
  closedTerm(): Datum {
    return substituteVariables(this.node.source, new Set(this.params), (name) => this.#scope.variable(name));
  }

  toSource(): string {
    return printFunction(this.params, this.body.source);
  }
}

function wrongArity(wanted: number, found: number): Error {
  const count = (n: number) => `${n} argument${n === 1 ? '' : 's'}`;
  return logicError(`Expected function with ${count(wanted)} but found function with ${count(found)}.`);
}

/** A function of a query in the form that is stored. @throws ReqlError LOGIC for other functions */
export function freeze(f: RowFunction): StoredFunction {
  if (!(f instanceof QueryFunction)) throw logicError('Expected type FUNCTION but found DATUM.');
  return { term: f.closedTerm() };
}
