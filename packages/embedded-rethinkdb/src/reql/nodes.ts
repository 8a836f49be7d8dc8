import { EmptyGroup, Grouped } from '../sequences/grouped.js';
import { arrayTooLarge, UNLIMITED } from '../sequences/limits.js';
import { sanitizePseudotype } from '../sequences/pseudotypes.js';
import { toDatum } from '../sequences/row-function.js';
import type { Value } from '../sequences/value.js';
import type { Datum, DatumObject } from '../values/datum.js';
import { setField } from '../values/datum.js';
import { logicError } from '../values/reql-error.js';
import { Arguments, type Caller } from './arguments.js';
import { locate } from './backtrace.js';
import type { Node } from './node.js';
import type { TermName } from './ql2.js';
import { QueryFunction } from './query-function.js';
import type { Scope } from './scope.js';
import { spliceArguments } from './splice-arguments.js';
import type { OnGroups, TermDeclaration } from './term.js';

const NO_NODES: readonly Node[] = [];
export const NO_OPTIONS: ReadonlyMap<string, Node> = new Map();

abstract class BaseNode implements Node {
  determinism = 0;
  children: readonly Node[] = NO_NODES;

  constructor(
    readonly name: TermName,
    readonly source: unknown,
    readonly parent: Node | null,
    readonly frame: number | string | null,
  ) {}

  abstract evaluate(scope: Scope, literalOk?: boolean): Value;
}

/** Data as it stands in the query. */
export class ConstantNode extends BaseNode {
  /** The length of the longest array anywhere inside. */
  readonly longest: number;

  constructor(
    readonly datum: Datum,
    name: TermName,
    source: unknown,
    parent: Node | null,
    frame: number | string | null,
    children: readonly Node[] = NO_NODES,
  ) {
    super(name, source, parent, frame);
    this.children = children;
    this.longest = longestArray(datum, children);
  }

  evaluate(scope: Scope): Value {
    if (this.longest > scope.env.limits.arraySize)
      throw locate(arrayTooLarge(scope.env.limits.arraySize), this);
    return this.datum;
  }
}

function longestArray(datum: Datum, children: readonly Node[]): number {
  let longest = Array.isArray(datum) ? datum.length : 0;
  for (const child of children) longest = Math.max(longest, (child as ConstantNode).longest);
  return longest;
}

/** `{a: r.now()}` */
export class ObjectNode extends BaseNode {
  private keys: readonly string[] = [];
  private pseudotype = false;

  constructor(source: unknown, parent: Node | null, frame: number | string | null) {
    super('MAKE_OBJ', source, parent, frame);
  }

  complete(keys: readonly string[], values: readonly Node[]): void {
    this.keys = keys;
    this.children = values;
    this.pseudotype = keys.includes('$reql_type$');
    for (const value of values) this.determinism |= value.determinism;
  }

  evaluate(scope: Scope, literalOk = false): Value {
    const object: DatumObject = {};
    for (let i = 0; i < this.keys.length; i++) {
      const child = this.children[i]!;
      const value = child.evaluate(scope, literalOk);
      try {
        setField(object, this.keys[i]!, toDatum(value));
      } catch (error) {
        throw locate(error, child);
      }
    }
    if (!this.pseudotype) return object;
    try {
      return sanitizePseudotype(object);
    } catch (error) {
      throw locate(error, this);
    }
  }
}

export class VariableNode extends BaseNode {
  constructor(
    private readonly variable: number,
    source: unknown,
    parent: Node | null,
    frame: number | string | null,
  ) {
    super('VAR', source, parent, frame);
  }

  evaluate(scope: Scope): Value {
    return scope.variable(this.variable);
  }
}

/** `r.row` */
export class RowNode extends BaseNode {
  constructor(source: unknown, parent: Node | null, frame: number | string | null) {
    super('IMPLICIT_VAR', source, parent, frame);
  }

  evaluate(scope: Scope): Value {
    return scope.row();
  }
}

export class FunctionNode extends BaseNode {
  private params: readonly number[] = [];

  constructor(source: unknown, parent: Node | null, frame: number | string | null) {
    super('FUNC', source, parent, frame);
  }

  complete(params: readonly number[], body: Node): void {
    this.params = params;
    this.children = [body];
    this.determinism = body.determinism;
  }

  evaluate(scope: Scope): Value {
    return new QueryFunction(this, this.params, this.children[0]!, scope);
  }
}

/** Every other term: what its declaration says, applied to its arguments. */
export class CallNode extends BaseNode implements Caller {
  options = NO_OPTIONS;
  readonly literalArgs: boolean;
  private splices = false;
  private refusal: string | undefined;
  private onGroups: OnGroups = 'each';

  constructor(
    name: TermName,
    private readonly declaration: TermDeclaration,
    source: unknown,
    parent: Node | null,
    frame: number | string | null,
  ) {
    super(name, source, parent, frame);
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
    this.refusal = refusal;
    const { onGroups = 'each' } = this.declaration;
    this.onGroups = typeof onGroups === 'string' ? onGroups : onGroups(children);
    this.splices = children.some((child) => child.name === 'ARGS');
    this.determinism = own;
    for (const child of children) this.determinism |= child.determinism;
    for (const option of options.values()) this.determinism |= option.determinism;
  }

  evaluate(scope: Scope, literalOk = false): Value {
    try {
      if (this.refusal !== undefined) throw logicError(this.refusal);
      const literalArgs = literalOk || this.literalArgs;
      const nodes = this.splices
        ? spliceArguments(this, this.declaration.args, scope, literalArgs)
        : this.children;
      if (nodes.length === 0 || this.onGroups === 'never') {
        return this.declaration.evaluate(new Arguments(this, nodes, scope, literalOk, scope.env.limits));
      }
      const first = nodes[0]!.evaluate(scope, literalArgs);
      if (first instanceof Grouped) return this.onEachGroup(first, nodes, scope, literalOk);
      return this.declaration.evaluate(new Arguments(this, nodes, scope, literalOk, scope.env.limits, first));
    } catch (error) {
      throw locate(error, this);
    }
  }

  private onEachGroup(grouped: Grouped, nodes: readonly Node[], scope: Scope, literalOk: boolean): Grouped {
    const { onGroups } = this;
    const streams = grouped.streams && (onGroups === 'transform' || onGroups === 'aggregate');
    if (!streams) grouped.checkSize(scope.env.limits);
    const limits = streams ? UNLIMITED : scope.env.limits;
    let groups = grouped.groups.flatMap(({ group, reduction }) => {
      const args = new Arguments(this, nodes, scope, literalOk, limits, reduction, streams);
      try {
        return [{ group, reduction: toDatum(this.declaration.evaluate(args)) }];
      } catch (error) {
        if (error instanceof EmptyGroup) return [];
        throw error;
      }
    });
    const stillStreams = streams && onGroups === 'transform';
    if (stillStreams) groups = groups.filter(({ reduction }) => (reduction as Datum[]).length > 0);
    return new Grouped(groups, stillStreams);
  }
}
