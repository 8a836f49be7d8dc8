import type { Datum } from '../datum/datum.js';
import { logicError } from '../datum/reql-error.js';
import { asArray } from '../datum/type-checks.js';
import { toDatum } from '../runtime/row-function.js';
import type { Node } from './node.js';
import type { Scope } from './scope.js';

/** The arguments of a term, with `r.args([...])` replaced by its elements. */
export function spliceArguments(
  term: Node,
  [least, most]: readonly [number, number],
  scope: Scope,
  literalOk: boolean,
): readonly Node[] {
  const nodes = term.children.flatMap((child) => {
    if (child.name !== 'ARGS') return [child];
    const items = asArray(toDatum(child.evaluate(scope, literalOk)));
    return items.map((item) => splicedNode(item, child, term));
  });
  if (nodes.length >= least && nodes.length <= most) return nodes;
  throw logicError(`Expected ${wantedCount(least, most)} but found ${nodes.length}.`);
}

function splicedNode(item: Datum, from: Node, term: Node): Node {
  return {
    name: 'DATUM',
    parent: term.parent,
    frame: term.frame,
    determinism: from.determinism,
    children: [],
    source: item,
    evaluate: () => item,
  };
}

/** A range of argument counts as text: `2 arguments`, `1 or more arguments`. */
export function wantedCount(least: number, most: number): string {
  if (least === most) return `${least} argument${least === 1 ? '' : 's'}`;
  if (most === Number.POSITIVE_INFINITY) return `${least} or more arguments`;
  return `between ${least} and ${most} arguments`;
}
