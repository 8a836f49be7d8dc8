import { typeName } from '../datum/datum.js';
import { typeError } from '../datum/type-checks.js';
import type { Limits } from './limits.js';
import { Selection } from './selection.js';
import { Stream } from './stream.js';
import { type AnyTable, TableSlice, TableValue } from './table-slice.js';
import { isDatum, type Value, wrongKind } from './value.js';

/** A value as a sequence. @throws ReqlError if it is not a sequence */
export function toStream(value: Value): Stream {
  if (Array.isArray(value)) return Stream.ofArray(value);
  if (value instanceof Stream) return value;
  if (value instanceof Selection) return value.stream;
  if (value instanceof TableSlice) return value.stream();
  if (value instanceof TableValue) return value.slice().stream();
  if (isDatum(value)) throw typeError(value, `Cannot convert ${typeName(value)} to SEQUENCE`);
  throw wrongKind('SEQUENCE', value);
}

/** A value as rows of a table. @throws ReqlError LOGIC if it is not a selection */
export function toSelection(value: Value): Selection {
  if (value instanceof Selection) return value;
  if (value instanceof TableSlice) return new Selection(value.table, value.stream());
  if (value instanceof TableValue) return new Selection(value.table, value.slice().stream());
  throw wrongKind('SELECTION', value);
}

export function isSelection(value: Value): boolean {
  return value instanceof Selection || value instanceof TableSlice || value instanceof TableValue;
}

/** Whether `toStream` accepts a value. */
export function isSequence(value: Value): boolean {
  return Array.isArray(value) || value instanceof Stream || isSelection(value);
}

export function toTable(value: Value): AnyTable {
  if (value instanceof TableValue) return value.table;
  throw wrongKind('TABLE', value);
}

export function toTableSlice(value: Value): TableSlice {
  if (value instanceof TableSlice) return value;
  if (value instanceof TableValue) return value.slice();
  throw wrongKind('TABLE_SLICE', value);
}

/** The result of a term that yields a stream. A stream of an array becomes an array, whose size is checked. */
export function sequenceValue(stream: Stream, limits: Limits): Value {
  return stream.isArray ? stream.toArray(limits) : stream;
}

/** Applies a change that does not modify rows, so that a selection remains a selection: filter, limit, orderBy, … */
export function refine(value: Value, limits: Limits, change: (stream: Stream) => Stream): Value {
  if (isSelection(value)) {
    const selection = toSelection(value);
    return selection.with(change(selection.stream));
  }
  return sequenceValue(change(toStream(value)), limits);
}
