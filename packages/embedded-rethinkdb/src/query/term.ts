import type { Value } from '../runtime/value.js';
import type { Arguments } from './arguments.js';
import type { Node } from './node.js';
import type { TermName } from './term-numbers.js';

/**
 * How a term is applied if its first argument is the result of `group`.
 * `each`: to the array or value of every group. `transform`, `aggregate`: the same, but to groups that still stream, with
 * rows or one value as the result. `never`: to the groups as a whole.
 */
export type OnGroups = 'each' | 'transform' | 'aggregate' | 'never';

/** The declaration of a term. Each term is declared once, in a file of `terms/`. */
export interface TermDeclaration {
  /** The least and the most positional arguments. */
  readonly args: readonly [number, number];
  readonly optargs?: readonly string[];
  /** True for terms that change a database: the query runs in a write transaction. */
  readonly writes?: true;
  /** True for terms without writes that are not allowed inside stream operations either: wait, sync, … */
  readonly meta?: true;
  /** True for stream operations: their functions and options must not write. */
  readonly forbidsWrites?: true;
  /** `Determinism` bits of the term itself, added to those of its arguments. */
  readonly determinism?: number | ((argumentCount: number) => number);
  readonly onGroups?: OnGroups | ((children: readonly Node[]) => OnGroups);
  /** r.literal() may occur in these arguments. */
  readonly literalArgs?: true;
  readonly evaluate: (args: Arguments) => Value;
}

/** A known term that the server refuses. */
export interface UnsupportedTerm {
  readonly unsupported: string;
}

/** A term of the language's syntax, which the compiler handles. */
export interface SyntaxTerm {
  readonly syntax: true;
}

export type TermEntry = TermDeclaration | UnsupportedTerm | SyntaxTerm;

/** The terms of one chapter of RethinkDB's API reference. */
export type Chapter = { readonly [name in TermName]?: TermEntry };
