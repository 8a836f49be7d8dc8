import type { Datum } from '../datum/datum.js';

/** A step that is applied to each row of a stream. */
export type Transform = MapStep | FilterStep | ConcatStep;

/** The origin of a step, which decides whether `.changes()` may follow. */
export interface StepOrigin {
  /** The reason why `.changes()` cannot follow; undefined if it can. */
  readonly noChanges?: string;
  /** False if the same row can give different results (r.random(), reading tables, ...). */
  readonly deterministic: boolean;
}

interface MapStep extends StepOrigin {
  readonly kind: 'map';
  readonly apply: (row: Datum) => Datum;
}

interface FilterStep extends StepOrigin {
  readonly kind: 'filter';
  readonly keep: (row: Datum) => boolean;
}

interface ConcatStep extends StepOrigin {
  readonly kind: 'concat';
  readonly apply: (row: Datum) => Iterable<Datum>;
}

/** The rows of a source after all steps, computed lazily. */
export function transformed(source: Iterable<Datum>, steps: readonly Transform[]): Iterable<Datum> {
  return steps.reduce(transformedBy, source);
}

function transformedBy(source: Iterable<Datum>, step: Transform): Iterable<Datum> {
  switch (step.kind) {
    case 'map':
      return mapped(source, step.apply);
    case 'filter':
      return filtered(source, step.keep);
    case 'concat':
      return concatenated(source, step.apply);
  }
}

function* mapped(source: Iterable<Datum>, apply: (row: Datum) => Datum): Iterable<Datum> {
  for (const row of source) yield apply(row);
}

function* filtered(source: Iterable<Datum>, keep: (row: Datum) => boolean): Iterable<Datum> {
  for (const row of source) if (keep(row)) yield row;
}

function* concatenated(source: Iterable<Datum>, apply: (row: Datum) => Iterable<Datum>): Iterable<Datum> {
  for (const row of source) yield* apply(row);
}

/** Applies all steps to one row, for changefeeds. */
export function transformRow(row: Datum, steps: readonly Transform[]): Datum[] {
  let rows = [row];
  for (const step of steps) {
    if (step.kind === 'map') rows = rows.map(step.apply);
    else if (step.kind === 'filter') rows = rows.filter(step.keep);
    else rows = rows.flatMap((item) => [...step.apply(item)]);
    if (rows.length === 0) return rows;
  }
  return rows;
}
