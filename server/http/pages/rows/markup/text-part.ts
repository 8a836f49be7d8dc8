import type { Child } from '../element.js';

/** A part of a text that is shown in a way of its own, such as an address. No markup is recognised in it. */
export interface TextPart {
  /** Where it begins in the text. */
  index: number;
  /** As it was written. */
  text: string;
  /** Their text is the plain text of the part. */
  nodes: readonly Child[];
}

/** Finds parts of a text, in order and without overlaps, in linear time. */
export type PartFinder = (text: string) => readonly TextPart[];

/** The parts that all finders have found, by position. Of those that overlap, the first one counts. */
export function findParts(text: string, finders: readonly PartFinder[]): TextPart[] {
  const found = finders.flatMap((find) => find(text));
  if (finders.length > 1) found.sort((a, b) => a.index - b.index);
  let end = 0;
  return found.filter((part) => {
    if (part.index < end) return false;
    end = part.index + part.text.length;
    return true;
  });
}
