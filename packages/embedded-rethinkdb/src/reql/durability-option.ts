import { asString } from '../sequences/datum-types.js';
import { toDatum } from '../sequences/row-function.js';
import type { Durability } from '../storage/shapes.js';
import { parseDurability } from '../writes/options.js';
import type { Arguments } from './arguments.js';

/** The option `durability`, undefined if the table's own shall do. */
export function durabilityOption(args: Arguments): Durability | undefined {
  return args.optionAs('durability', (value) => parseDurability(asString(toDatum(value))));
}
