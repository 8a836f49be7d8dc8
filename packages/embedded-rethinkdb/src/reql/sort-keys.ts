import type { SortKey } from '../sequences/order.js';
import { Determinism, type RowFunction } from '../sequences/row-function.js';
import { logicError } from '../values/reql-error.js';
import type { Node } from './node.js';

/** A key of `orderBy` or of `union`'s `interleave`: `r.desc` is recognised by the term, not by its value. */
export function sortKey(by: RowFunction, node: Node): SortKey {
  if ((by.determinism & Determinism.never) !== 0) {
    throw logicError('Sorting by a non-deterministic function is not supported.');
  }
  return { by, descending: node.name === 'DESC' };
}

export function refuseSplicing(nodes: readonly Node[]): void {
  if (nodes.some((node) => node.name === 'ARGS')) {
    throw logicError('r.args is not supported in an order_by or union command yet.');
  }
}
