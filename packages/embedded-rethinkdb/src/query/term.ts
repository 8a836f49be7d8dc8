import type { Value } from '../runtime/value.js';
import type { Arguments } from './arguments.js';
import type { Node } from './node.js';
import type { TermName } from './term-numbers.js';

/**
 * How a term behaves when its first argument is the output of `group`.
 * `each`: it is applied to every group's array or value. `transform`, `aggregate`: the same, but on groups
 * that still stream: rows in and rows out, or rows in and one value out. `never`: it sees the groups.
 */
export type OnGroups = 'each' | 'transform' | 'aggregate' | 'never';

/** Everything there is to say about a term; each is declared once, in a file of `terms/`. */
export interface TermDeclaration {
  /** The least and the most positional arguments. */
  readonly args: readonly [number, number];
  readonly optargs?: readonly string[];
  /** True for terms that change a database: such a query runs in a write transaction. */
  readonly writes?: true;
  /** True for what cannot stand inside stream operations either, though it writes nothing: wait, sync, ... */
  readonly meta?: true;
  /** True for stream operations: nothing that writes can stand in their functions and options. */
  readonly forbidsWrites?: true;
  /** `Determinism` bits of the term itself, added to those of its arguments. */
  readonly determinism?: number | ((argumentCount: number) => number);
  readonly onGroups?: OnGroups | ((children: readonly Node[]) => OnGroups);
  /** r.literal() may occur in these arguments. */
  readonly literalArgs?: true;
  readonly evaluate: (args: Arguments) => Value;
}

/** A term the server knows by name and refuses. */
export interface UnsupportedTerm {
  readonly unsupported: string;
}

/** A term that is part of the language's syntax: the compiler knows it. */
export interface SyntaxTerm {
  readonly syntax: true;
}

export type TermEntry = TermDeclaration | UnsupportedTerm | SyntaxTerm;

/** The terms of one chapter of RethinkDB's API reference. */
export type Chapter = { readonly [name in TermName]?: TermEntry };
