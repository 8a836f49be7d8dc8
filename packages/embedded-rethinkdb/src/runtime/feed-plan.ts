import type { DatumObject } from '../datum/datum.js';
import { logicError, resourceLimit } from '../datum/reql-error.js';
import type { FeedSource, RowTransform } from '../feeds/source.js';
import type { Limits } from './limits.js';
import type { FeedPlan, Stream } from './stream.js';
import { type Transform, transformRow } from './transform.js';

/** The source of `stream.changes()`. @throws ReqlError LOGIC for streams without changes */
export function feedSource(stream: Stream, limits: Limits): FeedSource {
  const sources = sourcesOf(stream, [], limits);
  const [only, ...others] = sources;
  return only !== undefined && others.length === 0 ? only : { kind: 'union', sources };
}

function sourcesOf(stream: Stream, after: readonly Transform[], limits: Limits): FeedSource[] {
  const plan = stream.options.feed;
  if (plan === undefined)
    throw logicError(stream.options.noChanges ?? 'Cannot call `changes` on an eager stream.');
  switch (plan.kind) {
    case 'range':
      return [rangeSource(plan, [...stream.steps, ...after])];
    case 'slice':
      return [limitSource(plan, stream.steps, limits)];
    case 'union':
      return plan.of.flatMap((part) => sourcesOf(part, [...stream.steps, ...after], limits));
  }
}

function rangeSource(plan: FeedPlan & { kind: 'range' }, steps: readonly Transform[]): FeedSource {
  const { table, index, bounds, keys } = plan;
  return { kind: 'range', table, index, bounds, ...(keys && { keys }), ...before(steps) };
}

function limitSource(
  plan: FeedPlan & { kind: 'slice' },
  steps: readonly Transform[],
  limits: Limits,
): FeedSource {
  if (steps.some((step) => step.kind !== 'filter')) {
    throw logicError(
      'Changefeeds are not supported on queries that have a transformation following a `limit` term.' +
        '  Transformations include terms such as `filter`, `map`, `pluck`, etc.' +
        '  Consider moving the transformation before the `limit` term.',
    );
  }
  const inner = plan.of.options.feed;
  if (inner?.kind === 'union') throw logicError('Cannot call `changes` on a slice of a union.');
  if (plan.left !== 0 || inner?.kind !== 'range')
    throw logicError('Cannot call `changes` on an eager stream.');
  if (inner.order === 'none') {
    throw logicError('Cannot get changes on the first elements of an unordered stream.');
  }
  if (plan.right > limits.arraySize) {
    throw resourceLimit(
      `Array size limit \`${limits.arraySize}\` exceeded.` +
        '  (`.limit(X).changes()` is illegal if X is larger than the array size limit.)',
    );
  }
  const { table, index, bounds } = inner;
  const descending = inner.order === 'descending';
  return {
    kind: 'limit',
    table,
    index,
    bounds,
    descending,
    limit: plan.right,
    ...before([...plan.of.steps, ...steps]),
  };
}

function before(steps: readonly Transform[]): { before?: RowTransform } {
  for (const step of steps) {
    if (step.noChanges !== undefined) throw logicError(step.noChanges);
    if (!step.deterministic) throw logicError('Cannot call `changes` after a non-deterministic function.');
  }
  return steps.length === 0 ? {} : { before: (row: DatumObject) => transformRow(row, steps) };
}
