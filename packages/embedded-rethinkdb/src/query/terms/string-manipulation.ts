import { logicError } from '../../datum/reql-error.js';
import { asString } from '../../datum/type-checks.js';
import { matchRegex } from '../../operators/regex.js';
import { split } from '../../operators/split.js';
import type { Arguments } from '../arguments.js';
import type { Chapter } from '../term.js';

export const STRING_MANIPULATION = {
  MATCH: { args: [2, 2], evaluate: (args) => matchRegex(args.string(0), args.string(1)) },
  SPLIT: { args: [1, 3], evaluate: splitString },
  UPCASE: { args: [1, 1], evaluate: (args) => asciiCase(args.string(0), /[a-z]+/g, (s) => s.toUpperCase()) },
  DOWNCASE: {
    args: [1, 1],
    evaluate: (args) => asciiCase(args.string(0), /[A-Z]+/g, (s) => s.toLowerCase()),
  },
} satisfies Chapter;

/** As on RethinkDB, the case of ASCII letters only is changed. */
function asciiCase(text: string, letters: RegExp, change: (letters: string) => string): string {
  return text.replace(letters, change);
}

function splitString(args: Arguments): string[] {
  const text = args.string(0);
  const separator = args.count > 1 && args.datum(1) !== null ? asString(args.datum(1)) : null;
  const most = args.count > 2 ? args.integer(2) : -1;
  const largest = args.limits.arraySize - 1;
  if (most < -1 || most > largest) {
    throw logicError(`Error: \`split\` size argument must be in range [-1, ${largest}].`);
  }
  return split(text, separator, most < 0 ? Number.POSITIVE_INFINITY : most);
}
