import { ReqlError } from '../datum/reql-error.js';
import type { Node } from './node.js';

const located = new WeakSet<ReqlError>();

/** Tells an error which term it belongs to, unless a term further in has said so before. */
export function locate(error: unknown, node: Node): unknown {
  if (error instanceof ReqlError && !located.has(error)) {
    error.frames = framesOf(node);
    located.add(error);
  }
  return error;
}

/** Keeps an error about the query as a whole from being pinned to a term. */
export function withoutFrames(error: ReqlError): ReqlError {
  located.add(error);
  return error;
}

/** The way from the root of the query to a term. */
function framesOf(node: Node): (number | string)[] {
  const frames: (number | string)[] = [];
  for (let at: Node | null = node; at !== null; at = at.parent) {
    if (at.frame !== null) frames.push(at.frame);
  }
  return frames.reverse();
}
