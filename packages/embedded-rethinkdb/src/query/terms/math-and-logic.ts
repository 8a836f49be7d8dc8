import type { Datum } from '../../datum/datum.js';
import { compare, equal } from '../../datum/order.js';
import { logicError } from '../../datum/reql-error.js';
import { asBoolean, finite } from '../../datum/type-checks.js';
import { add, divide, modulo, multiply, subtract } from '../../operators/arithmetic.js';
import { randomFloat, randomInteger } from '../../operators/random.js';
import { Determinism, toDatum } from '../../runtime/row-function.js';
import type { Value } from '../../runtime/value.js';
import type { Arguments } from '../arguments.js';
import type { Chapter, TermDeclaration } from '../term.js';

const MANY = Number.POSITIVE_INFINITY;

/** In bits. */
const LARGE_SHIFT = 4096;

export const MATH_AND_LOGIC = {
  ADD: chained(add),
  SUB: chained(subtract),
  MUL: chained(multiply),
  DIV: chained(divide),
  MOD: { args: [2, 2], evaluate: (args) => modulo(args.integer(0), args.integer(1)) },

  BIT_AND: bitwise((a, b) => a & b),
  BIT_OR: bitwise((a, b) => a | b),
  BIT_XOR: bitwise((a, b) => a ^ b),
  BIT_NOT: { args: [1, 1], evaluate: (args) => Number(~bits(args, 0)) },
  BIT_SAL: {
    args: [2, 2],
    evaluate: (args) => finite(shiftLeft(Number(bits(args, 0)), shift(args))),
  },
  BIT_SAR: {
    args: [2, 2],
    evaluate: (args) => Number(bits(args, 0) >> BigInt(Math.min(shift(args), 64))),
  },

  AND: { args: [0, MANY], evaluate: (args) => firstThat(args, false) },
  OR: { args: [0, MANY], evaluate: (args) => firstThat(args, true) },
  NOT: { args: [1, 1], evaluate: (args) => !args.boolean(0) },

  EQ: compared(equal),
  NE: { args: [2, MANY], evaluate: (args) => !inOrder(args, equal) },
  LT: compared((a, b) => compare(a, b) < 0),
  LE: compared((a, b) => compare(a, b) <= 0),
  GT: compared((a, b) => compare(a, b) > 0),
  GE: compared((a, b) => compare(a, b) >= 0),

  RANDOM: { args: [0, 2], optargs: ['float'], determinism: Determinism.nondeterministic, evaluate: random },

  FLOOR: { args: [1, 1], evaluate: (args) => Math.floor(args.number(0)) },
  CEIL: { args: [1, 1], evaluate: (args) => Math.ceil(args.number(0)) },
  /** Halves are rounded away from zero. */
  ROUND: {
    args: [1, 1],
    evaluate: (args) => Math.sign(args.number(0)) * Math.round(Math.abs(args.number(0))),
  },
} satisfies Chapter;

function chained(
  operation: (left: Datum, right: Datum, limits: Arguments['limits']) => Datum,
): TermDeclaration {
  return {
    args: [1, MANY],
    evaluate: (args) => {
      let result = args.datum(0);
      for (let i = 1; i < args.count; i++) result = operation(result, args.datum(i), args.limits);
      return result;
    },
  };
}

function compared(holds: (left: Datum, right: Datum) => boolean): TermDeclaration {
  return { args: [2, MANY], evaluate: (args) => inOrder(args, holds) };
}

/** Whether the relation holds between each argument and the next. */
function inOrder(args: Arguments, holds: (left: Datum, right: Datum) => boolean): boolean {
  let left = args.datum(0);
  for (let i = 1; i < args.count; i++) {
    const right = args.datum(i);
    if (!holds(left, right)) return false;
    left = right;
  }
  return true;
}

/** The first argument with the wanted truth value, or else the last argument. */
function firstThat(args: Arguments, wanted: boolean): Value {
  let value: Value = !wanted;
  for (let i = 0; i < args.count; i++) {
    value = args.value(i);
    if (args.at(i, () => asBoolean(toDatum(value))) === wanted) return value;
  }
  return value;
}

const LARGEST = 2 ** 53;

function bitwise(operation: (left: bigint, right: bigint) => bigint): TermDeclaration {
  return {
    args: [1, MANY],
    evaluate: (args) => {
      let result = bits(args, 0);
      for (let i = 1; i < args.count; i++) result = operation(result, bits(args, i));
      return Number(result);
    },
  };
}

function bits(args: Arguments, position: number): bigint {
  const integer = args.integer(position);
  if (integer < -LARGEST || integer >= LARGEST) throw logicError(`Integer too large: ${integer}`);
  return BigInt(integer);
}

/** As on RethinkDB, the overflow of a shift from `LARGE_SHIFT` on has no sign. */
function shiftLeft(number: number, by: number): number {
  if (number === 0) return 0;
  return by < LARGE_SHIFT ? number * 2 ** by : Number.POSITIVE_INFINITY;
}

function shift(args: Arguments): number {
  const by = args.integer(1);
  if (by < 0) throw logicError('Cannot bit-shift by a negative value');
  return by;
}

function random(args: Arguments): number {
  const bounds = args.values(0).map((_, i) => args.number(i));
  const [first = 0, second] = bounds;
  const [lower, upper] = second === undefined ? [0, bounds[0]] : [first, second];
  if (args.booleanOption('float') ?? bounds.length === 0) return randomFloat(lower, upper ?? 1);
  if (upper === undefined) throw logicError('Generating a random integer requires one or two bounds.');
  return randomInteger(lower, upper);
}
