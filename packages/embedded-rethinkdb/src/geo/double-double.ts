/**
 * A number of about 32 digits: the unevaluated sum of two doubles. The arithmetic is that of T. J. Dekker, "A floating-point
 * technique for extending the available precision" (1971).
 */
export interface DoubleDouble {
  readonly high: number;
  /** At most half a unit in the last place of `high`. */
  readonly low: number;
}

export function exact(number: number): DoubleDouble {
  return { high: number, low: 0 };
}

/** The exact sum of two doubles. */
function sumOf(a: number, b: number): DoubleDouble {
  const high = a + b;
  const part = high - a;
  return { high, low: a - (high - part) + (b - part) };
}

const SPLITTER = 2 ** 27 + 1;

/** The exact product of two doubles. */
export function productOf(a: number, b: number): DoubleDouble {
  const high = a * b;
  const [wideA, wideB] = [SPLITTER * a, SPLITTER * b];
  const [highA, highB] = [wideA - (wideA - a), wideB - (wideB - b)];
  const [lowA, lowB] = [a - highA, b - highB];
  return { high, low: highA * highB - high + highA * lowB + lowA * highB + lowA * lowB };
}

export function add(a: DoubleDouble, b: DoubleDouble): DoubleDouble {
  const { high, low } = sumOf(a.high, b.high);
  return sumOf(high, low + a.low + b.low);
}

export function multiply(a: DoubleDouble, b: DoubleDouble): DoubleDouble {
  const { high, low } = productOf(a.high, b.high);
  return sumOf(high, low + a.high * b.low + a.low * b.high);
}

export function negate({ high, low }: DoubleDouble): DoubleDouble {
  return { high: -high, low: -low };
}
