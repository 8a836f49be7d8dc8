import { RowFunction } from '../sequences/row-function.js';
import type { Value } from '../sequences/value.js';
import type { Datum } from '../values/datum.js';
import { logicError } from '../values/reql-error.js';
import { locate } from './backtrace.js';
import type { Node } from './node.js';
import { printFunction } from './print.js';
import { TERM_NUMBERS } from './ql2.js';
import type { Scope } from './scope.js';

/** A function of a query together with the variables around it. */
export class QueryFunction extends RowFunction {
  override readonly isPattern: boolean;

  constructor(
    readonly node: Node,
    readonly params: readonly number[],
    readonly body: Node,
    private readonly scope: Scope,
  ) {
    super();
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
    return this.body.evaluate(this.scope.inside(this.params, args), literalOk);
  }

  override blame(error: unknown): unknown {
    return locate(error, this.body);
  }

  /** The FUNC term with the variables of the functions around it replaced by their values. */
  closedTerm(): unknown {
    return substitute(this.node.source, new Set(this.params), (name) => this.scope.variable(name));
  }

  toSource(): string {
    return printFunction(this.params, this.body.source);
  }
}

/** Replaces the variables that are not bound inside the term. */
function substitute(term: unknown, bound: ReadonlySet<number>, lookUp: (name: number) => Datum): unknown {
  if (!Array.isArray(term)) {
    if (term === null || typeof term !== 'object') return term;
    return Object.fromEntries(
      Object.entries(term).map(([key, value]) => [key, substitute(value, bound, lookUp)]),
    );
  }
  const [number, args, options] = term as [unknown, unknown[]?, unknown?];
  if (!Array.isArray(args)) return term;
  if (number === TERM_NUMBERS.VAR)
    return bound.has(args[0] as number) ? term : literalTerm(lookUp(args[0] as number));
  if (number === TERM_NUMBERS.FUNC) {
    const params = (args[0] as [number, number[]])[1];
    const inner = new Set([...bound, ...(Array.isArray(params) ? params : [])]);
    return [number, [args[0], substitute(args[1], inner, lookUp)]];
  }
  const inside = args.map((arg) => substitute(arg, bound, lookUp));
  return options === undefined ? [number, inside] : [number, inside, substitute(options, bound, lookUp)];
}

/** Data as a term: arrays of the protocol are terms, so those of the data become MAKE_ARRAY. */
function literalTerm(datum: Datum): unknown {
  if (Array.isArray(datum)) return [TERM_NUMBERS.MAKE_ARRAY, datum.map(literalTerm)];
  if (datum === null || typeof datum !== 'object') return datum;
  return Object.fromEntries(Object.entries(datum).map(([key, value]) => [key, literalTerm(value)]));
}

function wrongArity(wanted: number, found: number): Error {
  const count = (n: number) => `${n} argument${n === 1 ? '' : 's'}`;
  return logicError(`Expected function with ${count(wanted)} but found function with ${count(found)}.`);
}
