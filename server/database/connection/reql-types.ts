import type { Socket } from 'node:net';
import type { Connection } from 'rethinkdb';
import type {
  FeedItem,
  FeedOptions,
  IndexOptions,
  IndexStatus,
  RawBinary,
  RawTime,
  TableConfig,
  WriteOptions,
  WriteResult,
} from './reql-answers.js';

export type * from './reql-answers.js';

/**
 * Types for the terms of ReQL that the server and its programs use, over the official driver. `@types/rethinkdb` lacks write hooks,
 * `minval` and most options, and its terms do not compose; the types of rethinkdb-ts fall back to `any` after `do`.
 *
 * The type parameter of a term is the type of the driver's answer. Rows are typed by their declaration in
 * schema/rows.ts: the fields are known, their values are `unknown`, because any driver may have written them.
 */
export type DriverConnection = Connection;

/** Options for a run. Times are read in the raw form: the driver's own conversion to Date can be a millisecond off. */
export interface RunOptions {
  timeFormat?: 'raw' | 'native';
  binaryFormat?: 'raw' | 'native';
  arrayLimit?: number;
}

export interface Query<Result> {
  run(connection: DriverConnection, options?: RunOptions): Promise<Result>;
}

/** A value, or an expression that yields one. */
export type Operand<T> = T | Query<T>;

/** The answer for a value in which expressions may be nested. */
export type Yield<Value> =
  Value extends Query<infer Result>
    ? Result
    : Value extends Date
      ? Value
      : Value extends readonly (infer Item)[]
        ? Yield<Item>[]
        : Value extends object
          ? { [Key in keyof Value]: Yield<Value[Key]> }
          : Value;

type ItemOf<T> = NonNullable<T> extends readonly (infer Item)[] ? Item : unknown;
type FieldOf<T> = keyof NonNullable<T> & string;

/** `r.minval` or `r.maxval`. */
export interface KeyBound {
  readonly isKeyBound: never;
}

/** `r.args`: a list of keys in the place of arguments. */
export interface ArgumentList {
  readonly isArgumentList: never;
}

/** `r.desc`: descending order of an index. */
export interface Descending<Index> {
  readonly descending: Index;
}

export type Key = string | number | boolean | Date | null | KeyBound | Query<unknown> | readonly Key[];

/** The driver's answer for a sequence or a feed. */
export interface DriverCursor<Row> {
  /** Calls back for every row until the callback returns false. */
  each(callback: (error: Error | null, row: Row) => boolean | undefined): void;
  close(): Promise<void>;
  /** The next row. Rejects with `No more rows` at the end. */
  next(): Promise<Row>;
  /** All rows of a sequence that ends. */
  toArray(): Promise<Row[]>;
}

/** A value, an array or an object. */
export interface Datum<T = unknown> extends Query<T> {
  <Field extends FieldOf<T>>(field: Field): Datum<NonNullable<T>[Field]>;
  nth(index: number): Datum<ItemOf<T>>;
  default<Value>(value: Value): Datum<NonNullable<T> | Yield<Value>>;
  do<Result>(then: (value: Datum<T>) => Result): Datum<Yield<Result>>;
  typeOf(): Datum<string>;
  hasFields(...fields: FieldOf<T>[]): Datum<boolean>;
  without(...fields: FieldOf<T>[]): Datum<T>;
  /** Removes nested fields. */
  without(fields: object): Datum<T>;
  pluck<Field extends FieldOf<ItemOf<T>>>(...fields: Field[]): Datum<Pick<NonNullable<ItemOf<T>>, Field>[]>;
  merge(...objects: (object | Query<object>)[]): Datum<T>;
  eq(other: unknown): Datum<boolean>;
  ne(other: unknown): Datum<boolean>;
  lt(other: unknown): Datum<boolean>;
  gt(other: unknown): Datum<boolean>;
  and(...others: Operand<boolean>[]): Datum<boolean>;
  or(...others: Operand<boolean>[]): Datum<boolean>;
  not(): Datum<boolean>;
  add(other: Operand<number>): Datum<number>;
  mul(factor: number): Datum<number>;
  div(divisor: number): Datum<number>;
  round(): Datum<number>;
  match(pattern: string): Datum<{ str: string; groups: { str: string }[] } | null>;
  split(separator: string): Datum<string[]>;
  downcase(): Datum<string>;
  slice(start: number, end: number): Datum<T>;
  distinct(): Datum<T>;
  limit(count: number): Datum<T>;
  toEpochTime(): Datum<number>;
  count(): Datum<number>;
  isEmpty(): Datum<boolean>;
  contains(value: unknown): Datum<boolean>;
  setIntersection(values: readonly unknown[]): Datum<unknown[]>;
  map<Result>(to: (item: Datum<ItemOf<T>>) => Result): Datum<Yield<Result>[]>;
  concatMap<Result>(to: (item: Datum<ItemOf<T>>) => Datum<Result>): Datum<Result>;
  append(item: unknown): Datum<T>;
  fold<State>(
    start: Datum<State>,
    next: (state: Datum<State>, item: Datum<ItemOf<T>>) => unknown,
  ): Datum<State>;
  min(): Datum<ItemOf<T>>;
  coerceTo(type: 'array'): Datum<ItemOf<T>[]>;
  coerceTo(type: 'string'): Datum<string>;
}

export interface Sequence<Row, Index extends string = never> extends Query<DriverCursor<Row>> {
  <Field extends FieldOf<Row>>(field: Field): Sequence<NonNullable<Row>[Field]>;
  filter(predicate: Partial<Row> | ((row: Datum<Row>) => Operand<boolean>)): this;
  hasFields(...fields: FieldOf<Row>[]): this;
  pluck<Field extends FieldOf<Row>>(...fields: Field[]): Sequence<Pick<NonNullable<Row>, Field>>;
  map<Result>(to: (row: Datum<Row>) => Result): Sequence<Yield<Result>>;
  /** `id`: the primary key. */
  orderBy(order: { index: Index | 'id' | Descending<Index | 'id'> }): this;
  orderBy(field: FieldOf<Row>): Datum<Row[]>;
  sum(of: (row: Datum<Row>) => Operand<number>): Datum<number>;
  /** Adds fields to each row. */
  merge<Added>(to: (row: Datum<Row>) => Added): Sequence<Row & Yield<Added>>;
  limit(count: number): this;
  nth(index: number): Datum<Row>;
  count(): Datum<number>;
  isEmpty(): Datum<boolean>;
  coerceTo(type: 'array'): Datum<Row[]>;
  changes(options?: FeedOptions): Query<DriverCursor<FeedItem<Row>>>;
}

/** Rows of a table that can be changed. */
export interface Selection<Row, Index extends string = never> extends Sequence<Row, Index> {
  update(change: RowChange<Row>, options?: WriteOptions): Datum<WriteResult<Row>>;
  delete(options?: WriteOptions): Datum<WriteResult<Row>>;
}

/** The row of a primary key; null where the table has no such row. */
export interface RowSelection<Row> extends Datum<Row | null> {
  update(change: RowChange<Row>, options?: WriteOptions): Datum<WriteResult<Row>>;
  replace(by: (row: Datum<Row | null>) => unknown, options?: WriteOptions): Datum<WriteResult<Row>>;
  delete(options?: WriteOptions): Datum<WriteResult<Row>>;
  changes(options?: FeedOptions): Query<DriverCursor<FeedItem<Row>>>;
}

export interface Table<Row = Record<string, unknown>, Index extends string = string>
  extends Selection<Row, Index> {
  get(key: Key): RowSelection<Row>;
  getAll(
    ...keys: (Key | ArgumentList)[] | [...keys: (Key | ArgumentList)[], options: { index: Index }]
  ): Selection<Row, Index>;
  between(
    lower: Key,
    upper: Key,
    options?: { index?: Index; leftBound?: 'open' | 'closed'; rightBound?: 'open' | 'closed' },
  ): Selection<Row, Index>;
  insert(
    rows: NewRow<Row> | readonly NewRow<Row>[] | Query<unknown>,
    options?: WriteOptions & { conflict?: 'replace' | 'update' | ConflictFunction<Row> },
  ): Datum<WriteResult<Row>>;
  indexCreate(
    name: string,
    definition?: ((row: Datum<Row>) => unknown) | Query<RawBinary>,
    options?: IndexOptions,
  ): Datum<object>;
  indexDrop(name: string): Datum<object>;
  indexList(): Datum<string[]>;
  indexStatus(): Datum<IndexStatus[]>;
  indexWait(...names: string[]): Datum<unknown[]>;
  info(): Datum<{ id: string; primary_key: string }>;
  getWriteHook(): Datum<{ function: RawBinary; query: string } | null>;
  setWriteHook(hook: WriteHook<Row> | Query<RawBinary> | null): Datum<object>;
  sync(): Datum<object>;
  config(): Datum<TableConfig>;
  wait(options?: WaitOptions): Datum<object>;
}

/** A new row: each field may be an expression. */
export type NewRow<Row> = { [Field in keyof Row]: Row[Field] | Query<unknown> };
export type RowChange<Row> = Partial<NewRow<Row>> | ((row: Datum<Row>) => unknown);
/** Returns the row to store when a row of the same primary key exists. */
export type ConflictFunction<Row> = (id: Datum, stored: Datum<Row>, added: Datum<Row>) => unknown;
export type WriteHook<Row> = (
  context: Datum<{ timestamp: RawTime }>,
  old: Datum<Row | null>,
  row: Datum<Row | null>,
) => unknown;

export interface WaitOptions {
  waitFor: 'ready_for_writes' | 'all_replicas_ready';
  /** In seconds. */
  timeout: number;
}

export interface SystemTables {
  table(name: 'table_config'): Table<TableConfig>;
  table(name: 'server_status'): Table<{ id: string; name: string; process: { version: string } }>;
}

export interface TableSet {
  table<Row = Record<string, unknown>, Index extends string = string>(name: string): Table<Row, Index>;
  tableList(): Datum<string[]>;
  tableCreate(name: string, options?: { primaryKey?: string; replicas?: number }): Datum<object>;
  tableDrop(name: string): Datum<object>;
}

export interface DatabaseTerm extends TableSet {
  wait(options?: WaitOptions): Datum<object>;
}

/** The top level of the driver. */
export interface Reql extends TableSet {
  db(name: 'rethinkdb'): SystemTables;
  db(name: string): DatabaseTerm;
  dbList(): Datum<string[]>;
  dbCreate(name: string): Datum<object>;
  dbDrop(name: string): Datum<object>;
  expr<Value>(value: Value): Datum<Yield<Value>>;
  range(count: number): Datum<number[]>;
  branch<Then, Otherwise>(
    test: Operand<boolean>,
    then: Then,
    otherwise: Otherwise,
  ): Datum<Yield<Then> | Yield<Otherwise>>;
  branch(...testsAndValues: unknown[]): Datum;
  error(message: string): Datum<never>;
  args(keys: readonly Key[] | Query<unknown>): ArgumentList;
  binary(bytes: Buffer): Query<RawBinary>;
  json(text: string): Query<unknown>;
  desc<Index extends string>(index: Index): Descending<Index>;
  epochTime(seconds: Operand<number>): Datum<RawTime>;
  now(): Datum<RawTime>;
  readonly minval: KeyBound;
  readonly maxval: KeyBound;
  readonly net: {
    readonly TcpConnection: new (
      options: object,
      callback: (error: Error | null, opened: DriverConnection) => void,
    ) => DriverConnection & { readonly rawSocket: Socket };
  };
}
