import { type Datum, type DatumObject, isObject, REQL_TYPE, setField } from '../datum/datum.js';
import { sanitizePseudotype } from '../datum/pseudotypes.js';
import { clientError, compileError } from '../datum/reql-error.js';
import { Determinism } from '../runtime/row-function.js';
import { locate } from './backtrace.js';
import type { Node, TermOrigin } from './node.js';
import {
  CallNode,
  ConstantNode,
  FunctionNode,
  NO_OPTIONS,
  ObjectNode,
  RowNode,
  VariableNode,
} from './nodes.js';
import { wantedCount } from './splice-arguments.js';
import type { TermDeclaration } from './term.js';
import { parametersOf } from './term-json.js';
import { type TermName, termName } from './term-numbers.js';
import { TERMS } from './term-table.js';

/** A query ready to be evaluated. */
export interface Compiled {
  readonly root: Node;
  /** True if the query contains a term that changes a database. */
  readonly writes: boolean;
}

/** Compiles the JSON of a term to nodes. @throws ReqlError COMPILE or CLIENT */
export function compile(source: Datum): Compiled {
  const compiler = new Compiler();
  const root = compiler.node({ source, parent: null, frame: null, visible: TOP });
  return { root, writes: compiler.writes };
}

/** The variables and permissions of a term. */
interface Visibility {
  readonly variables: ReadonlySet<number>;
  /** The number of enclosing functions with one argument: `r.row` is defined if there is exactly one. */
  readonly rowDepth: number;
  /** False inside the functions and options of stream operations. */
  readonly writesLegal: boolean;
}

const TOP: Visibility = { variables: new Set(), rowDepth: 0, writesLegal: true };

/** A term to compile, with its place in the query. */
interface Site extends TermOrigin {
  readonly visible: Visibility;
}

class Compiler {
  writes = false;

  node(site: Site): Node {
    const { source } = site;
    if (Array.isArray(source)) return this.#term(source, site);
    if (isObject(source)) return this.#object(source, site);
    return new ConstantNode(source, 'DATUM', site);
  }

  #term([number, args = [], optargs = {}]: readonly Datum[], site: Site): Node {
    const name = termName(number);
    if (name === undefined) throw clientError(`Unrecognized TermType: ${JSON.stringify(number)}.`);
    if (!Array.isArray(args) || !isObject(optargs)) throw clientError(`Malformed term ${name}.`);
    switch (name) {
      case 'DATUM':
        return new ConstantNode(args[0] ?? null, 'DATUM', site);
      case 'MAKE_OBJ':
        return this.#object(optargs, site);
      case 'VAR':
        return this.#variable(args[0], site);
      case 'IMPLICIT_VAR':
        return this.#row(site);
      case 'FUNC':
        return this.#function(args, optargs, site);
      default:
        return this.#call(name, args, optargs, site);
    }
  }

  #call(name: TermName, args: readonly Datum[], optargs: DatumObject, site: Site): Node {
    const declaration = TERMS[name];
    if (declaration === undefined || !('evaluate' in declaration)) {
      const reason =
        declaration !== undefined && 'unsupported' in declaration ? declaration.unsupported : undefined;
      const node = new CallNode(name, REFUSED, site);
      // The evaluation refuses the term; the determinism of the query must be known now.
      const refusal = reason ?? `The term ${name} is not supported.`;
      node.complete([], NO_OPTIONS, Determinism.nondeterministic, refusal);
      return node;
    }
    const { visible } = site;
    const node = new CallNode(name, declaration, site);
    if (declaration.writes) this.writes = true;
    if ((declaration.writes || declaration.meta) && !visible.writesLegal) {
      throw locate(compileError(NESTED_WRITE), node);
    }
    if (name === 'ASC' || name === 'DESC') checkOrderingTerm(node);
    const inner = declaration.forbidsWrites ? { ...visible, writesLegal: false } : visible;
    const children = args.map((source, i) =>
      this.node({ source, parent: node, frame: i, visible: i === 0 ? visible : inner }),
    );
    if (!children.some((child) => child.name === 'ARGS')) checkCount(declaration.args, children.length, node);
    const options = this.#options(optargs, declaration, node, inner);
    if (name === 'MAKE_ARRAY' && children.every((child) => child instanceof ConstantNode)) {
      const items = children.map((child) => child.datum);
      return new ConstantNode(items, 'MAKE_ARRAY', site, children);
    }
    node.complete(children, options, ownDeterminism(declaration, children));
    return node;
  }

  #options(
    optargs: DatumObject,
    declaration: TermDeclaration,
    parent: Node,
    visible: Visibility,
  ): ReadonlyMap<string, Node> {
    const given = Object.entries(optargs);
    if (given.length === 0) return NO_OPTIONS;
    const options = new Map<string, Node>();
    for (const [name, source] of given) {
      const option = this.node({ source, parent, frame: name, visible });
      if (!declaration.optargs?.includes(name)) {
        throw locate(compileError(`Unrecognized optional argument \`${name}\`.`), option);
      }
      options.set(name, option);
    }
    return options;
  }

  #object(fields: DatumObject, site: Site): Node {
    const node = new ObjectNode(site);
    const { visible } = site;
    const values = Object.entries(fields).map(([key, source]) => ({
      key,
      value: this.node({ source, parent: node, frame: key, visible }),
    }));
    const object: DatumObject = {};
    const constants: ConstantNode[] = [];
    for (const { key, value } of values) {
      if (!(value instanceof ConstantNode)) break;
      setField(object, key, value.datum);
      constants.push(value);
    }
    if (constants.length === values.length) {
      if (!Object.hasOwn(object, REQL_TYPE)) return new ConstantNode(object, 'MAKE_OBJ', site, constants);
      const constant = constantPseudotype(object);
      if (constant !== undefined) return new ConstantNode(constant, 'MAKE_OBJ', site);
    }
    node.complete(
      values.map(({ key }) => key),
      values.map(({ value }) => value),
    );
    return node;
  }

  #variable(name: Datum | undefined, site: Site): Node {
    if (typeof name === 'number' && site.visible.variables.has(name)) return new VariableNode(name, site);
    throw locate(compileError('Variable name not found.'), new VariableNode(Number.NaN, site));
  }

  #row(site: Site): Node {
    const node = new RowNode(site);
    const { rowDepth } = site.visible;
    if (rowDepth === 1) return node;
    const reason =
      rowDepth === 0
        ? 'r.row is not defined in this context.'
        : 'Cannot use r.row in nested queries.  Use functions instead.';
    throw locate(compileError(reason), node);
  }

  #function(args: readonly Datum[], optargs: DatumObject, site: Site): Node {
    const node = new FunctionNode(site);
    const fail = (message: string) => locate(compileError(message), node);
    if (Object.keys(optargs).length > 0) throw fail('FUNC takes no optional arguments.');
    const [list, body] = args;
    if (args.length !== 2 || list === undefined || body === undefined)
      throw fail(`FUNC takes exactly two arguments (got ${args.length})`);
    const params = parametersOf(list);
    if (params === undefined) {
      throw fail('CLIENT ERROR: FUNC variables must be a *literal array of numbers*.');
    }
    const visible: Visibility = {
      ...site.visible,
      variables: new Set([...site.visible.variables, ...params]),
      rowDepth: site.visible.rowDepth + (params.length === 1 ? 1 : 0),
    };
    node.complete(params, this.node({ source: body, parent: node, frame: 1, visible }));
    return node;
  }
}

function ownDeterminism(declaration: TermDeclaration, children: readonly Node[]): number {
  const own = declaration.determinism ?? Determinism.deterministic;
  if (typeof own === 'number') return own;
  // The number of arguments is unknown until r.args() is evaluated.
  return own(children.some((child) => child.name === 'ARGS') ? 0 : children.length);
}

const NESTED_WRITE = 'Cannot nest writes or meta ops in stream operations.  Use FOR_EACH instead.';

function checkOrderingTerm(node: Node): void {
  const around = node.parent?.name;
  if (around === 'ORDER_BY' || around === 'UNION') return;
  if (around === 'MAKE_ARRAY' && node.parent?.parent?.name === 'UNION') return;
  throw locate(compileError(`${node.name} may only be used as an argument to ORDER_BY or UNION.`), node);
}

/** The declaration of refused terms. Their arguments are not compiled. */
const REFUSED: TermDeclaration = { args: [0, Number.POSITIVE_INFINITY], evaluate: () => null };

function checkCount([least, most]: readonly [number, number], count: number, node: Node): void {
  if (count >= least && count <= most) return;
  throw locate(compileError(`Expected ${wantedCount(least, most)} but found ${count}.`), node);
}

/** A date or a buffer of the driver. Faults of other pseudotypes are reported when they are evaluated. */
function constantPseudotype(object: DatumObject): DatumObject | undefined {
  if (object[REQL_TYPE] !== 'TIME' && object[REQL_TYPE] !== 'BINARY') return undefined;
  try {
    return sanitizePseudotype(object);
  } catch {
    return undefined;
  }
}
