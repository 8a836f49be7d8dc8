import { sanitizePseudotype } from '../sequences/pseudotypes.js';
import { Determinism } from '../sequences/row-function.js';
import type { Datum, DatumObject } from '../values/datum.js';
import { isObject, REQL_TYPE, setField } from '../values/datum.js';
import { clientError, compileError } from '../values/reql-error.js';
import { locate } from './backtrace.js';
import type { Node } from './node.js';
import {
  CallNode,
  ConstantNode,
  FunctionNode,
  NO_OPTIONS,
  ObjectNode,
  RowNode,
  VariableNode,
} from './nodes.js';
import { type TermName, termName } from './ql2.js';
import { wantedCount } from './splice-arguments.js';
import type { TermDeclaration } from './term.js';
import { TERMS } from './term-table.js';

/** A query ready to be evaluated. */
export interface Compiled {
  readonly root: Node;
  /** True if a term that changes a database occurs anywhere in it. */
  readonly writes: boolean;
}

/** Turns the JSON of a term into something that can be evaluated over and over. Throws COMPILE errors. */
export function compile(source: unknown): Compiled {
  const compiler = new Compiler();
  const root = compiler.node(source, null, null, TOP);
  return { root, writes: compiler.writes };
}

/** What is visible where a term stands. */
interface Visibility {
  readonly variables: ReadonlySet<number>;
  /** How many functions with one argument are around: `r.row` is defined for exactly one. */
  readonly rowDepth: number;
  /** False inside the functions and options of stream operations. */
  readonly writesLegal: boolean;
}

const TOP: Visibility = { variables: new Set(), rowDepth: 0, writesLegal: true };

class Compiler {
  writes = false;

  node(source: unknown, parent: Node | null, frame: number | string | null, visible: Visibility): Node {
    if (Array.isArray(source)) return this.term(source, parent, frame, visible);
    if (isPlainObject(source)) return this.object(source, source, parent, frame, visible);
    return new ConstantNode(source as Datum, 'DATUM', source, parent, frame);
  }

  private term(
    source: unknown[],
    parent: Node | null,
    frame: number | string | null,
    visible: Visibility,
  ): Node {
    const name = termName(source[0]);
    if (name === undefined) throw clientError(`Unrecognized TermType: ${JSON.stringify(source[0])}.`);
    const args = source[1] === undefined ? [] : source[1];
    const optargs = source[2] === undefined ? {} : source[2];
    if (!Array.isArray(args) || !isPlainObject(optargs)) throw clientError(`Malformed term ${name}.`);
    switch (name) {
      case 'DATUM':
        return new ConstantNode((args[0] ?? null) as Datum, 'DATUM', source, parent, frame);
      case 'MAKE_OBJ':
        return this.object(source, optargs, parent, frame, visible);
      case 'VAR':
        return this.variable(source, args, parent, frame, visible);
      case 'IMPLICIT_VAR':
        return this.row(source, parent, frame, visible);
      case 'FUNC':
        return this.function(source, args, optargs, parent, frame, visible);
      default:
        return this.call(name, source, args, optargs, parent, frame, visible);
    }
  }

  private call(
    name: TermName,
    source: unknown[],
    args: unknown[],
    optargs: Record<string, unknown>,
    parent: Node | null,
    frame: number | string | null,
    visible: Visibility,
  ): Node {
    const declaration = TERMS[name];
    if (declaration === undefined || !('evaluate' in declaration)) {
      const reason =
        declaration !== undefined && 'unsupported' in declaration ? declaration.unsupported : undefined;
      const node = new CallNode(name, REFUSED, source, parent, frame);
      // Refusing is left to the evaluation, but what depends on determinism must know of it now.
      node.complete([], NO_OPTIONS, Determinism.never, reason ?? `The term ${name} is not supported.`);
      return node;
    }
    const node = new CallNode(name, declaration, source, parent, frame);
    if (declaration.writes) this.writes = true;
    if ((declaration.writes || declaration.meta) && !visible.writesLegal) {
      throw locate(compileError(NESTED_WRITE), node);
    }
    if (name === 'ASC' || name === 'DESC') checkOrderingTerm(node);
    const inner = declaration.forbidsWrites ? { ...visible, writesLegal: false } : visible;
    const children = args.map((arg, i) => this.node(arg, node, i, i === 0 ? visible : inner));
    if (!children.some((child) => child.name === 'ARGS')) checkCount(declaration.args, children.length, node);
    const options = this.options(optargs, declaration, node, inner);
    if (name === 'MAKE_ARRAY' && children.every((child) => child instanceof ConstantNode)) {
      const items = children.map((child) => (child as ConstantNode).datum);
      return new ConstantNode(items, 'MAKE_ARRAY', source, parent, frame, children);
    }
    node.complete(children, options, ownDeterminism(declaration, children));
    return node;
  }

  private options(
    optargs: Record<string, unknown>,
    declaration: TermDeclaration,
    node: Node,
    visible: Visibility,
  ): ReadonlyMap<string, Node> {
    const names = Object.keys(optargs);
    if (names.length === 0) return NO_OPTIONS;
    const options = new Map<string, Node>();
    for (const name of names) {
      const option = this.node(optargs[name], node, name, visible);
      if (!declaration.optargs?.includes(name)) {
        throw locate(compileError(`Unrecognized optional argument \`${name}\`.`), option);
      }
      options.set(name, option);
    }
    return options;
  }

  private object(
    source: unknown,
    fields: Record<string, unknown>,
    parent: Node | null,
    frame: number | string | null,
    visible: Visibility,
  ): Node {
    const node = new ObjectNode(source, parent, frame);
    const keys = Object.keys(fields);
    const values = keys.map((key) => this.node(fields[key], node, key, visible));
    if (values.every((value) => value instanceof ConstantNode)) {
      const object: DatumObject = {};
      for (const [i, key] of keys.entries()) setField(object, key, (values[i] as ConstantNode).datum);
      if (!Object.hasOwn(object, REQL_TYPE))
        return new ConstantNode(object, 'MAKE_OBJ', source, parent, frame, values);
      const constant = constantPseudotype(object);
      if (constant !== undefined) return new ConstantNode(constant, 'MAKE_OBJ', source, parent, frame);
    }
    node.complete(keys, values);
    return node;
  }

  private variable(
    source: unknown,
    args: unknown[],
    parent: Node | null,
    frame: number | string | null,
    visible: Visibility,
  ): Node {
    const name = args[0];
    const node = new VariableNode(name as number, source, parent, frame);
    if (typeof name !== 'number' || !visible.variables.has(name)) {
      throw locate(compileError('Variable name not found.'), node);
    }
    return node;
  }

  private row(
    source: unknown,
    parent: Node | null,
    frame: number | string | null,
    visible: Visibility,
  ): Node {
    const node = new RowNode(source, parent, frame);
    if (visible.rowDepth === 1) return node;
    const reason =
      visible.rowDepth === 0
        ? 'r.row is not defined in this context.'
        : 'Cannot use r.row in nested queries.  Use functions instead.';
    throw locate(compileError(reason), node);
  }

  private function(
    source: unknown,
    args: unknown[],
    optargs: Record<string, unknown>,
    parent: Node | null,
    frame: number | string | null,
    visible: Visibility,
  ): Node {
    const node = new FunctionNode(source, parent, frame);
    const fail = (message: string) => locate(compileError(message), node);
    if (Object.keys(optargs).length > 0) throw fail('FUNC takes no optional arguments.');
    if (args.length !== 2) throw fail(`FUNC takes exactly two arguments (got ${args.length})`);
    const params = parameters(args[0]);
    if (params === undefined) {
      throw fail('CLIENT ERROR: FUNC variables must be a *literal array of numbers*.');
    }
    const inside: Visibility = {
      ...visible,
      variables: new Set([...visible.variables, ...params]),
      rowDepth: visible.rowDepth + (params.length === 1 ? 1 : 0),
    };
    node.complete(params, this.node(args[1], node, 1, inside));
    return node;
  }
}

/** The parameters of a FUNC term: an array of numbers, as a MAKE_ARRAY term or bare. */
function parameters(source: unknown): number[] | undefined {
  if (!Array.isArray(source)) return undefined;
  const list = source[0] === 2 && Array.isArray(source[1]) ? source[1] : source;
  return list.every((item) => typeof item === 'number') ? list : undefined;
}

function ownDeterminism(declaration: TermDeclaration, children: readonly Node[]): number {
  const own = declaration.determinism ?? Determinism.always;
  if (typeof own === 'number') return own;
  // The number of arguments is not known before r.args() is evaluated.
  return own(children.some((child) => child.name === 'ARGS') ? 0 : children.length);
}

const NESTED_WRITE = 'Cannot nest writes or meta ops in stream operations.  Use FOR_EACH instead.';

function checkOrderingTerm(node: Node): void {
  const around = node.parent?.name;
  if (around === 'ORDER_BY' || around === 'UNION') return;
  if (around === 'MAKE_ARRAY' && node.parent?.parent?.name === 'UNION') return;
  throw locate(compileError(`${node.name} may only be used as an argument to ORDER_BY or UNION.`), node);
}

/** A refused term has no arguments worth looking at. */
const REFUSED: TermDeclaration = { args: [0, Number.POSITIVE_INFINITY], evaluate: () => null };

function checkCount([least, most]: readonly [number, number], count: number, node: Node): void {
  if (count >= least && count <= most) return;
  throw locate(compileError(`Expected ${wantedCount(least, most)} but found ${count}.`), node);
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return isObject(value as Datum);
}

/** A date or a buffer of the driver; what is wrong with other objects is told when they are evaluated. */
function constantPseudotype(object: DatumObject): DatumObject | undefined {
  if (object[REQL_TYPE] !== 'TIME' && object[REQL_TYPE] !== 'BINARY') return undefined;
  try {
    return sanitizePseudotype(object);
  } catch {
    return undefined;
  }
}
