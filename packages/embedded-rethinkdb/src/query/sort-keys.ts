import { logicError } from '../datum/reql-error.js';
import type { SortKey } from '../operators/sort.js';
import { Determinism, type RowFunction } from '../runtime/row-function.js';
import type { Node } from './node.js';

/** A key of `orderBy` or of `union`'s `interleave`. `r.desc` is recognised by its term, not by its value. */
export function sortKey(by: RowFunction, node: Node): SortKey {
  if ((by.determinism & Determinism.nondeterministic) !== 0) {
    throw logicError('Sorting by a non-deterministic function is not supported.');
  }
  return { by, descending: node.name === 'DESC' };
}

export function refuseSplicing(nodes: readonly Node[]): void {
  if (nodes.some((node) => node.name === 'ARGS')) {
    throw logicError('r.args is not supported in an order_by or union command yet.');
  }
}
