import { add, type DoubleDouble, exact, multiply, negate, productOf } from './double-double.js';

/*
 * Sine, cosine and arc tangent, correctly rounded. The functions of `Math` are wrong by one unit in the last place for 3 % of
 * their arguments; RethinkDB uses those of the C library, which are nearly always correctly rounded. Without the last digit,
 * a corner of a shape would not be on its edge, and distances would differ from RethinkDB's.
 *
 * The method is that of A. Ziv, "Fast evaluation of elementary mathematical functions with correctly rounded last bit" (1991):
 * a fast approximation decides unless it lies close to the middle between two numbers.
 */

/** π/2 as a sum. The first two parts have 33 bits, so that their products with small integers are exact. */
const HALF_PI = [1.5707963267341256, 6.077100506303966e-11, 2.0222662487959506e-21] as const;

/** π/2 as a sum of more digits. */
const HALF_PI_EXACT = [1.5707963267948966, 6.123233995736766e-17, -1.4973849048591833e-33] as const;

/** The relative error of the fast approximation is below this. */
const FAST_ERROR = 2 ** -63;

/** Coefficients of the first terms need more digits than those of the others. */
const PRECISE_TERMS = 6;
const TERMS = 12;

/** The coefficients of xⁿ/n!, with alternating signs. */
function series(first: number): readonly DoubleDouble[] {
  let factorial = 1n;
  let reached = 0;
  return Array.from({ length: TERMS }, (_, k) => {
    const n = first + 2 * k;
    while (reached < n) factorial *= BigInt(++reached);
    const sign = k % 2 === 0 ? -1 : 1;
    const high = 1 / Number(factorial);
    const bits = 53 - Math.floor(Math.log2(high));
    const error = Number(2n ** BigInt(bits) - BigInt(high * 2 ** bits) * factorial);
    return { high: sign * high, low: (sign * error) / 2 ** bits / Number(factorial) };
  });
}

const SINE_TERMS = series(3);
const COSINE_TERMS = series(2);

/** 1 + the sum of the terms for the square of an angle. */
function sumOfSeries(terms: readonly DoubleDouble[], square: DoubleDouble): DoubleDouble {
  let rest = 0;
  for (let k = TERMS - 1; k >= PRECISE_TERMS; k--) rest = (rest + (terms[k]?.high ?? 0)) * square.high;
  let sum = exact(rest);
  for (let k = PRECISE_TERMS - 1; k >= 0; k--) sum = multiply(add(sum, terms[k] ?? exact(0)), square);
  return add(exact(1), sum);
}

interface SineAndCosine {
  readonly sine: DoubleDouble;
  readonly cosine: DoubleDouble;
}

/** Of the rest of an angle after a number of right angles was subtracted. */
function turned({ sine, cosine }: SineAndCosine, quarters: number): SineAndCosine {
  switch (((quarters % 4) + 4) % 4) {
    case 0:
      return { sine, cosine };
    case 1:
      return { sine: cosine, cosine: negate(sine) };
    case 2:
      return { sine: negate(sine), cosine: negate(cosine) };
    default:
      return { sine: negate(cosine), cosine: sine };
  }
}

/** All digits. */
function slowly(angle: number): SineAndCosine {
  const quarters = Math.round(angle / HALF_PI_EXACT[0]);
  let rest = exact(angle);
  for (const part of HALF_PI_EXACT) rest = add(rest, negate(productOf(quarters, part)));
  const square = multiply(rest, rest);
  const sine = multiply(rest, sumOfSeries(SINE_TERMS, square));
  return turned({ sine, cosine: sumOfSeries(COSINE_TERMS, square) }, quarters);
}

const STEPS_PER_RADIAN = 128;
const TABLE = Array.from({ length: STEPS_PER_RADIAN }, (_, step) => slowly(step / STEPS_PER_RADIAN));

/**
 * With a relative error below FAST_ERROR; `low` may be larger than half a unit of `high`. Adds the difference to the next
 * step of the table by the addition theorems.
 */
function quickly(angle: number): SineAndCosine {
  const quarters = Math.round(angle / HALF_PI_EXACT[0]);
  const [first, second, third] = HALF_PI;
  const most = angle - quarters * first;
  const high = most - quarters * second;
  const low = most - high - quarters * second - quarters * third;
  const sign = high < 0 ? -1 : 1;
  const step = Math.round(sign * high * STEPS_PER_RADIAN);
  const { sine, cosine } = TABLE[step] ?? slowly(step / STEPS_PER_RADIAN);
  const d = sign * high - step / STEPS_PER_RADIAN;
  const square = d * d;
  const small = sign * low + d * square * (-1 / 6 + square * (1 / 120 - square / 5040));
  const smallCosine = square * (-0.5 + square * (1 / 24 - square / 720));
  const found = {
    sine: sumAt(sine, cosine, d, small, smallCosine, sign),
    cosine: sumAt(cosine, negate(sine), d, small, smallCosine, 1),
  };
  return quarters === 0 ? found : turned(found, quarters);
}

/** a·cos + b·sin of the difference to the step. */
function sumAt(
  a: DoubleDouble,
  b: DoubleDouble,
  d: number,
  small: number,
  smallCosine: number,
  sign: number,
): DoubleDouble {
  const product = productOf(b.high, d);
  const high = a.high + product.high;
  const error = product.high - (high - a.high);
  const low = error + (product.low + (a.high * smallCosine + b.high * small + (a.low + b.low * d)));
  return { high: sign * high, low: sign * low };
}

function round({ high, low }: DoubleDouble, name: 'sine' | 'cosine', angle: number): number {
  const error = Math.abs(high) * FAST_ERROR;
  const result = high + (low + error);
  return result === high + (low - error) ? result : slowly(angle)[name].high;
}

/** Sine and cosine, for less than the time of both. @param angle in radians, at most some thousands */
export function sinCos(angle: number): [sine: number, cosine: number] {
  const { sine, cosine } = quickly(angle);
  return [angle === 0 ? angle : round(sine, 'sine', angle), round(cosine, 'cosine', angle)];
}

/** @param angle in radians, at most some thousands */
export function sin(angle: number): number {
  return angle === 0 ? angle : round(quickly(angle).sine, 'sine', angle);
}

/** @param angle in radians, at most some thousands */
export function cos(angle: number): number {
  return round(quickly(angle).cosine, 'cosine', angle);
}

/** The angle of the direction (x, y), in radians from -π to π. */
export function atan2(y: number, x: number): number {
  const angle = Math.atan2(y, x);
  if (x === 0 || y === 0 || !Number.isFinite(angle)) return angle;
  const { sine, cosine } = quickly(angle);
  const [up, right] = [productOf(y, cosine.high), productOf(x, sine.high)];
  const across = up.high - right.high + (up.low - right.low) + (y * cosine.low - x * sine.low);
  return angle + across / (x * cosine.high + y * sine.high);
}
