import type { Datum, DatumObject } from '../datum/datum.js';
import { internalError } from '../datum/reql-error.js';
import {
  asArray,
  asBoolean,
  asInt32,
  asInteger,
  asNumber,
  asObject,
  asString,
  asTime,
} from '../datum/type-checks.js';
import { toSelection, toStream, toTable, toTableSlice } from '../runtime/conversions.js';
import type { Limits } from '../runtime/limits.js';
import { RowFunction, toDatum } from '../runtime/row-function.js';
import type { Selection } from '../runtime/selection.js';
import type { Stream } from '../runtime/stream.js';
import type { AnyTable, TableSlice } from '../runtime/table-slice.js';
import { toWritableTable } from '../runtime/tables.js';
import { DatabaseValue, isDatum, type Value, wrongKind } from '../runtime/value.js';
import type { Table } from '../storage/table.js';
import { locate } from './backtrace.js';
import type { QueryEnvironment } from './environment.js';
import { constantFunction, fieldFunction, type Shortcut } from './functions/shortcut-function.js';
import type { Node } from './node.js';
import type { Scope } from './scope.js';

/** A term that is being evaluated. */
export interface Caller extends Node {
  readonly options: ReadonlyMap<string, Node>;
  readonly literalArgs: boolean;
}

/**
 * The arguments of one evaluation of a term. Each is evaluated when it is first read. An error about the type of an
 * argument has the backtrace of that argument.
 */
export class Arguments {
  readonly #nodes: readonly Node[];
  readonly #scope: Scope;
  #first: Value | undefined;
  #others: Value[] | undefined;

  constructor(
    readonly term: Caller,
    nodes: readonly Node[],
    scope: Scope,
    readonly literalOk: boolean,
    readonly limits: Limits,
    first?: Value,
    /** True for a group whose rows still stream. */
    readonly inGroup = false,
  ) {
    this.#nodes = nodes;
    this.#scope = scope;
    this.#first = first;
  }

  get env(): QueryEnvironment {
    return this.#scope.env;
  }

  get count(): number {
    return this.#nodes.length;
  }

  /** The value of an argument, which is evaluated once. */
  value(position: number, literalOk = this.term.literalArgs): Value {
    if (position === 0) {
      this.#first ??= this.evaluate(this.node(0), literalOk);
      return this.#first;
    }
    const known = this.#others?.[position];
    if (known !== undefined) return known;
    const value = this.evaluate(this.node(position), literalOk);
    this.#others ??= [];
    this.#others[position] = value;
    return value;
  }

  /** Evaluates an argument again, for terms that do so for each row. */
  again(position: number): Value {
    return this.evaluate(this.node(position), this.term.literalArgs);
  }

  /** The values of the arguments from a position on. */
  values(from: number): Value[] {
    return this.#nodes.slice(from).map((_, i) => this.value(from + i));
  }

  datum(position: number): Datum {
    const value = this.value(position);
    return isDatum(value) ? value : this.#convert(position, value, toDatum);
  }

  data(from: number): Datum[] {
    return this.#nodes.slice(from).map((_, i) => this.datum(from + i));
  }

  number(position: number): number {
    return this.#convert(position, this.datum(position), asNumber);
  }

  integer(position: number): number {
    return this.#convert(position, this.datum(position), asInteger);
  }

  int32(position: number): number {
    return this.#convert(position, this.datum(position), asInt32);
  }

  string(position: number): string {
    return this.#convert(position, this.datum(position), asString);
  }

  boolean(position: number): boolean {
    return asBoolean(this.datum(position));
  }

  /** An array. For another type, as with objects and sequences, the error belongs to the term, not to the argument. */
  array(position: number): Datum[] {
    return asArray(this.datum(position));
  }

  object(position: number): DatumObject {
    return asObject(this.datum(position));
  }

  time(position: number): DatumObject {
    return this.#convert(position, this.datum(position), asTime);
  }

  stream(position: number): Stream {
    const value = this.value(position);
    return isDatum(value) ? toStream(value) : this.#convert(position, value, toStream);
  }

  /** A sequence that the term reads to its end. */
  finiteStream(position: number): Stream {
    const stream = this.stream(position);
    if (stream.isInfinite) this.at(position, () => stream.finiteRows());
    return stream;
  }

  anyTable(position: number): AnyTable {
    return this.#convert(position, this.value(position), toTable);
  }

  /** A table that can be written to and has indexes. */
  table(position: number): Table {
    return this.#convert(position, this.anyTable(position), toWritableTable);
  }

  tableSlice(position: number): TableSlice {
    return this.#convert(position, this.value(position), toTableSlice);
  }

  selection(position: number): Selection {
    return this.#convert(position, this.value(position), toSelection);
  }

  database(position: number): DatabaseValue {
    return this.#convert(position, this.value(position), toDatabase);
  }

  /** A function, or data that stands for one. */
  function(position: number, shortcut: Shortcut = 'none', literalOk = false): RowFunction {
    return this.#toFunction(position, this.value(position, literalOk), shortcut);
  }

  /** The same, evaluated again. */
  functionAgain(position: number, shortcut: Shortcut, literalOk: boolean): RowFunction {
    return this.#toFunction(position, this.evaluate(this.node(position), literalOk), shortcut);
  }

  isFunction(position: number): boolean {
    return this.value(position) instanceof RowFunction;
  }

  /** The `Determinism` bits of an argument. */
  determinism(position: number): number {
    return this.node(position).determinism;
  }

  node(position: number): Node {
    const node = this.#nodes[position];
    if (node === undefined) throw internalError(`The term has no argument ${position}.`);
    return node;
  }

  // Options ------------------------------------------------------------------------------------

  /** An option of the term, or the query's global option of that name. */
  option(name: string): Value | undefined {
    const node = this.term.options.get(name);
    return node === undefined ? this.env.option(name) : node.evaluate(this.#scope);
  }

  optionNode(name: string): Node | undefined {
    return this.term.options.get(name);
  }

  /** Evaluates a part of an option, such as an element of an array of functions. */
  evaluate(node: Node, literalOk = false): Value {
    return node.evaluate(this.#scope, literalOk);
  }

  datumOption(name: string): Datum | undefined {
    return this.optionAs(name, toDatum);
  }

  stringOption(name: string): string | undefined {
    return this.optionAs(name, (value) => asString(toDatum(value)));
  }

  numberOption(name: string): number | undefined {
    return this.optionAs(name, (value) => asNumber(toDatum(value)));
  }

  integerOption(name: string): number | undefined {
    return this.optionAs(name, (value) => asInteger(toDatum(value)));
  }

  booleanOption(name: string): boolean | undefined {
    return this.optionAs(name, (value) => asBoolean(toDatum(value)));
  }

  functionOption(name: string): RowFunction | undefined {
    return this.optionAs(name, toFunction);
  }

  /** Attributes errors of an action to an argument instead of the term. */
  at<T>(position: number, action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw locate(error, this.node(position));
    }
  }

  /** Attributes an error to an argument: `throw args.blame(0, error)`. */
  blame(position: number, error: unknown): unknown {
    return locate(error, this.node(position));
  }

  /** An option that the term converts. Errors are attributed to the option. */
  optionAs<T>(name: string, convert: (value: Value) => T): T | undefined {
    const value = this.option(name);
    if (value === undefined) return undefined;
    try {
      return convert(value);
    } catch (error) {
      throw locate(error, this.term.options.get(name) ?? this.term);
    }
  }

  #toFunction(position: number, value: Value, shortcut: Shortcut): RowFunction {
    if (shortcut === 'none') return this.#convert(position, value, toFunction);
    return this.#convert(position, value, (given) => shortcutFunction(given, shortcut, this.node(position)));
  }

  #convert<From, To>(position: number, from: From, convert: (from: From) => To): To {
    try {
      return convert(from);
    } catch (error) {
      throw locate(error, this.node(position));
    }
  }
}

function toFunction(value: Value): RowFunction {
  if (value instanceof RowFunction) return value;
  throw wrongKind('FUNCTION', value);
}

function shortcutFunction(value: Value, shortcut: 'constant' | 'field', node: Node): RowFunction {
  if (value instanceof RowFunction) return value;
  if (!isDatumLike(value)) throw wrongKind('FUNCTION', value);
  const blame = (error: unknown) => locate(error, node);
  return shortcut === 'constant'
    ? constantFunction(toDatum(value), blame)
    : fieldFunction(toDatum(value), blame);
}

function isDatumLike(value: Value): boolean {
  return isDatum(value) || value.kind === 'SINGLE_SELECTION';
}

function toDatabase(value: Value): DatabaseValue {
  if (value instanceof DatabaseValue) return value;
  throw wrongKind('DATABASE', value);
}
