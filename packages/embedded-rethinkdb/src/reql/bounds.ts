import { displayValue } from '../sequences/value.js';
import { logicError } from '../values/reql-error.js';
import type { Arguments } from './arguments.js';

/** The option `left_bound` or `right_bound`: whether the bound excludes its own value. */
export function openBound(args: Arguments, option: string, otherwise: boolean): boolean {
  const given = args.stringOption(option);
  if (given === undefined) return otherwise;
  if (given === 'open') return true;
  if (given === 'closed') return false;
  throw logicError(
    `Expected \`open\` or \`closed\` for optarg \`${option}\` (got \`${displayValue(given)}\`).`,
  );
}
