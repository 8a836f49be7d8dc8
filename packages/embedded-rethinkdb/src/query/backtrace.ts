import { ReqlError } from '../datum/reql-error.js';
import type { Node } from './node.js';

const located = new WeakSet<ReqlError>();

/** Attributes an error to a term, unless it is already attributed to an inner term. */
export function locate(error: unknown, node: Node): unknown {
  if (error instanceof ReqlError && !located.has(error)) {
    error.frames = framesOf(node);
    located.add(error);
  }
  return error;
}

/** Marks an error of the whole query, which is not attributed to a term. */
export function withoutFrames(error: ReqlError): ReqlError {
  located.add(error);
  return error;
}

/** The path from the root of the query to a term. */
function framesOf(node: Node): (number | string)[] {
  const frames: (number | string)[] = [];
  for (let at: Node | null = node; at !== null; at = at.parent) {
    if (at.frame !== null) frames.push(at.frame);
  }
  return frames.reverse();
}
