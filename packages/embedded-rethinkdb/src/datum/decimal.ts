/*
 * The decimal digits of numbers by F. Loitsch's Grisu2, "Printing floating-point numbers quickly and accurately with integers"
 * (2010). The digits are those of RethinkDB: they represent the number, but the last one is not always the closest to it.
 */

/** fraction · 2^exponent, with a fraction of 64 bits. */
interface Scaled {
  readonly fraction: bigint;
  readonly exponent: number;
}

const FRACTION_BITS = 64n;
const HIDDEN_BIT = 2n ** 52n;
const LOWEST_POWER = -348;
const POWER_STEP = 8;

/** The powers of ten from 10⁻³⁴⁸ in steps of 10⁸, rounded to 64 bits. */
const powers = new Map<number, Scaled>();

function powerOfTen(power: number): Scaled {
  const known = powers.get(power);
  if (known !== undefined) return known;
  const [over, under] = power < 0 ? [1n, 10n ** BigInt(-power)] : [10n ** BigInt(power), 1n];
  let exponent = bitLength(over) - bitLength(under) - Number(FRACTION_BITS);
  let fraction = quotient(over, under, exponent);
  if (bitLength(fraction) < FRACTION_BITS) fraction = quotient(over, under, --exponent);
  if (bitLength(fraction) > FRACTION_BITS) fraction = quotient(over, under, ++exponent);
  const found = { fraction, exponent };
  powers.set(power, found);
  return found;
}

/** over / under / 2^exponent, rounded. */
function quotient(over: bigint, under: bigint, exponent: number): bigint {
  const [a, b] = exponent < 0 ? [over << BigInt(-exponent), under] : [over, under << BigInt(exponent)];
  return (2n * a + b) / (2n * b);
}

function bitLength(number: bigint): number {
  return number.toString(2).length;
}

function normalised({ fraction, exponent }: Scaled): Scaled {
  const shift = Number(FRACTION_BITS) - bitLength(fraction);
  return { fraction: fraction << BigInt(shift), exponent: exponent - shift };
}

/** The upper half of the product, rounded. */
function times(a: Scaled, b: Scaled): Scaled {
  const product = a.fraction * b.fraction;
  return {
    fraction: (product >> FRACTION_BITS) + ((product >> (FRACTION_BITS - 1n)) & 1n),
    exponent: a.exponent + b.exponent + Number(FRACTION_BITS),
  };
}

const bits = new DataView(new ArrayBuffer(8));

function scaledOf(number: number): Scaled {
  bits.setFloat64(0, number);
  const pattern = bits.getBigUint64(0);
  const exponent = Number(pattern >> 52n);
  const fraction = pattern & (HIDDEN_BIT - 1n);
  return exponent === 0
    ? { fraction, exponent: -1074 }
    : { fraction: fraction + HIDDEN_BIT, exponent: exponent - 1075 };
}

/** The digits of a positive number, and the power of ten of the last one. */
export function decimalDigits(number: number): { digits: string; power: number } {
  const scaled = scaledOf(number);
  const upper = normalised({ fraction: 2n * scaled.fraction + 1n, exponent: scaled.exponent - 1 });
  const lower =
    scaled.fraction === HIDDEN_BIT
      ? { fraction: 4n * scaled.fraction - 1n, exponent: scaled.exponent - 2 }
      : { fraction: 2n * scaled.fraction - 1n, exponent: scaled.exponent - 1 };
  const alignedLower = {
    fraction: lower.fraction << BigInt(lower.exponent - upper.exponent),
    exponent: upper.exponent,
  };
  const wanted = Math.ceil((-61 - upper.exponent) * 0.30102999566398114 + 347);
  const power = LOWEST_POWER + POWER_STEP * ((wanted >> 3) + 1);
  const factor = powerOfTen(power);
  const [middle, low, high] = [
    times(normalised(scaled), factor),
    times(alignedLower, factor).fraction + 1n,
    times(upper, factor).fraction - 1n,
  ];
  return generate(middle.fraction, high, high - low, BigInt(-middle.exponent), -power);
}

/** The fewest digits of a number in the interval of the length `width` below `high`. */
function generate(middle: bigint, high: bigint, width: bigint, fractionBits: bigint, power: number) {
  const one = 1n << fractionBits;
  const whole = (high >> fractionBits).toString();
  let rest = high & (one - 1n);
  for (let i = 1; i <= whole.length; i++) {
    const left = whole.length - i;
    const remainder = (BigInt(whole.slice(i) || 0) << fractionBits) + rest;
    if (remainder > width) continue;
    const unit = (10n ** BigInt(left)) << fractionBits;
    return {
      digits: rounded(whole.slice(0, i), width, remainder, unit, high - middle),
      power: power + left,
    };
  }
  let digits = whole === '0' ? '' : whole;
  let [delta, distance] = [width, high - middle];
  for (let decimals = 1; ; decimals++) {
    rest *= 10n;
    delta *= 10n;
    distance *= 10n;
    const digit = rest >> fractionBits;
    if (digit > 0n || digits !== '') digits += digit;
    rest &= one - 1n;
    if (rest >= delta) continue;
    // RethinkDB's table of powers ends here: beyond it, the last digit is that of the upper end of the interval.
    const isRounded = decimals < 10;
    return {
      digits: isRounded ? rounded(digits, delta, rest, one, distance) : digits,
      power: power - decimals,
    };
  }
}

/** Decreases the last digit while the number comes closer to the middle. */
function rounded(digits: string, width: bigint, remainder: bigint, unit: bigint, distance: bigint): string {
  let last = Number(digits.at(-1));
  let rest = remainder;
  while (
    rest < distance &&
    width - rest >= unit &&
    (rest + unit < distance || distance - rest > rest + unit - distance)
  ) {
    last--;
    rest += unit;
  }
  return digits.slice(0, -1) + last;
}
