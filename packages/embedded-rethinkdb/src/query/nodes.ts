import { type Datum, type DatumObject, setField } from '../datum/datum.js';
import { sanitizePseudotype } from '../datum/pseudotypes.js';
import { internalError, logicError } from '../datum/reql-error.js';
import { asArray } from '../datum/type-checks.js';
import { EmptyGroup, Grouped } from '../runtime/grouped.js';
import { arrayTooLarge, UNLIMITED } from '../runtime/limits.js';
import { toDatum } from '../runtime/row-function.js';
import type { Value } from '../runtime/value.js';
import { Arguments, type Caller } from './arguments.js';
import { locate } from './backtrace.js';
import { QueryFunction } from './functions/query-function.js';
import type { Node, TermOrigin } from './node.js';
import type { Scope } from './scope.js';
import { spliceArguments } from './splice-arguments.js';
import type { OnGroups, TermDeclaration } from './term.js';
import type { TermName } from './term-numbers.js';

const NO_NODES: readonly Node[] = [];
export const NO_OPTIONS: ReadonlyMap<string, Node> = new Map();

abstract class BaseNode implements Node {
  determinism = 0;
  children: readonly Node[] = NO_NODES;
  readonly source: Datum;
  readonly parent: Node | null;
  readonly frame: number | string | null;

  constructor(
    readonly name: TermName,
    { source, parent, frame }: TermOrigin,
  ) {
    this.source = source;
    this.parent = parent;
    this.frame = frame;
  }

  abstract evaluate(scope: Scope, literalOk?: boolean): Value;
}

/** Data that the query contains. */
export class ConstantNode extends BaseNode {
  /** The length of the longest array at any depth. */
  readonly longest: number;

  constructor(
    readonly datum: Datum,
    name: TermName,
    origin: TermOrigin,
    constants: readonly ConstantNode[] = [],
  ) {
    super(name, origin);
    this.children = constants;
    let longest = Array.isArray(datum) ? datum.length : 0;
    for (const constant of constants) longest = Math.max(longest, constant.longest);
    this.longest = longest;
  }

  evaluate(scope: Scope): Value {
    if (this.longest > scope.env.limits.arraySize)
      throw locate(arrayTooLarge(scope.env.limits.arraySize), this);
    return this.datum;
  }
}

/** `{a: r.now()}` */
export class ObjectNode extends BaseNode {
  #keys: readonly string[] = [];
  #isPseudotype = false;

  constructor(origin: TermOrigin) {
    super('MAKE_OBJ', origin);
  }

  complete(keys: readonly string[], values: readonly Node[]): void {
    this.#keys = keys;
    this.children = values;
    this.#isPseudotype = keys.includes('$reql_type$');
    for (const value of values) this.determinism |= value.determinism;
  }

  evaluate(scope: Scope, literalOk = false): Value {
    const object: DatumObject = {};
    for (let i = 0; i < this.#keys.length; i++) {
      const child = this.children[i];
      if (child === undefined) break;
      const value = child.evaluate(scope, literalOk);
      try {
        setField(object, this.#keys[i] ?? '', toDatum(value));
      } catch (error) {
        throw locate(error, child);
      }
    }
    if (!this.#isPseudotype) return object;
    try {
      return sanitizePseudotype(object);
    } catch (error) {
      throw locate(error, this);
    }
  }
}

export class VariableNode extends BaseNode {
  readonly #variable: number;

  constructor(variable: number, origin: TermOrigin) {
    super('VAR', origin);
    this.#variable = variable;
  }

  evaluate(scope: Scope): Value {
    return scope.variable(this.#variable);
  }
}

/** `r.row` */
export class RowNode extends BaseNode {
  constructor(origin: TermOrigin) {
    super('IMPLICIT_VAR', origin);
  }

  evaluate(scope: Scope): Value {
    return scope.row();
  }
}

export class FunctionNode extends BaseNode {
  #params: readonly number[] = [];
  #body: Node | undefined;

  constructor(origin: TermOrigin) {
    super('FUNC', origin);
  }

  complete(params: readonly number[], body: Node): void {
    this.#params = params;
    this.#body = body;
    this.children = [body];
    this.determinism = body.determinism;
  }

  evaluate(scope: Scope): Value {
    if (this.#body === undefined) throw internalError('The function has no body.');
    return new QueryFunction(this, this.#params, this.#body, scope);
  }
}

/** Every other term: evaluates its declaration with its arguments. */
export class CallNode extends BaseNode implements Caller {
  options = NO_OPTIONS;
  readonly literalArgs: boolean;
  readonly #declaration: TermDeclaration;
  #splices = false;
  #refusal: string | undefined;
  #onGroups: OnGroups = 'each';

  constructor(name: TermName, declaration: TermDeclaration, origin: TermOrigin) {
    super(name, origin);
    this.#declaration = declaration;
    this.literalArgs = declaration.literalArgs === true;
  }

  complete(
    children: readonly Node[],
    options: ReadonlyMap<string, Node>,
    own: number,
    refusal?: string,
  ): void {
    this.children = children;
    this.options = options;
    this.#refusal = refusal;
    const { onGroups = 'each' } = this.#declaration;
    this.#onGroups = typeof onGroups === 'string' ? onGroups : onGroups(children);
    this.#splices = children.some((child) => child.name === 'ARGS');
    this.determinism = own;
    for (const child of children) this.determinism |= child.determinism;
    for (const option of options.values()) this.determinism |= option.determinism;
  }

  evaluate(scope: Scope, literalOk = false): Value {
    try {
      if (this.#refusal !== undefined) throw logicError(this.#refusal);
      const literalArgs = literalOk || this.literalArgs;
      const nodes = this.#splices
        ? spliceArguments(this, this.#declaration.args, scope, literalArgs)
        : this.children;
      const [firstNode] = nodes;
      if (firstNode === undefined || this.#onGroups === 'never') {
        return this.#declaration.evaluate(new Arguments(this, nodes, scope, literalOk, scope.env.limits));
      }
      const first = firstNode.evaluate(scope, literalArgs);
      if (first instanceof Grouped) return this.#evaluateGroups(first, nodes, scope, literalOk);
      return this.#declaration.evaluate(
        new Arguments(this, nodes, scope, literalOk, scope.env.limits, first),
      );
    } catch (error) {
      throw locate(error, this);
    }
  }

  #evaluateGroups(grouped: Grouped, nodes: readonly Node[], scope: Scope, literalOk: boolean): Grouped {
    const onGroups = this.#onGroups;
    const streams = grouped.streams && (onGroups === 'transform' || onGroups === 'aggregate');
    if (!streams) grouped.checkSize(scope.env.limits);
    const limits = streams ? UNLIMITED : scope.env.limits;
    let groups = grouped.groups.flatMap(({ group, reduction }) => {
      const args = new Arguments(this, nodes, scope, literalOk, limits, reduction, streams);
      try {
        return [{ group, reduction: toDatum(this.#declaration.evaluate(args)) }];
      } catch (error) {
        if (error instanceof EmptyGroup) return [];
        throw error;
      }
    });
    const stillStreams = streams && onGroups === 'transform';
    if (stillStreams) groups = groups.filter(({ reduction }) => asArray(reduction).length > 0);
    return new Grouped(groups, stillStreams);
  }
}
