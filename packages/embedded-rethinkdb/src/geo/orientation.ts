import { cross, dot, isSameVector, type Vector } from './vector.js';

export type Sign = -1 | 0 | 1;

/** Above the rounding error of the determinant of three unit vectors: 14 · 2⁻⁵⁴. */
const DETERMINANT_ERROR = 0.8e-15;

/**
 * 1 if the points a, b, c are counterclockwise, -1 if they are clockwise, 0 only if two of them are the same. Exact: points
 * that lie on one great circle are treated as if they were moved by infinitely small distances, so that all answers about the
 * same points agree (H. Edelsbrunner, E. P. Mücke, "Simulation of simplicity", ACM Transactions on Graphics 9, 1990).
 * @param normal a × b, if it is known
 */
export function orientation(a: Vector, b: Vector, c: Vector, normal = cross(a, b)): Sign {
  const determinant = dot(normal, c);
  if (determinant > DETERMINANT_ERROR) return 1;
  if (determinant < -DETERMINANT_ERROR) return -1;
  return exactOrientation(a, b, c);
}

/** Whether the directions from o to a, b and c follow each other counterclockwise, beginning with a. */
export function isOrdered(a: Vector, b: Vector, c: Vector, o: Vector): boolean {
  const holds = [orientation(b, o, a) >= 0, orientation(c, o, b) >= 0, orientation(a, o, c) > 0];
  return holds.filter(Boolean).length >= 2;
}

type Exact = readonly [bigint, bigint, bigint];

function exactOrientation(a: Vector, b: Vector, c: Vector): Sign {
  if (isSameVector(a, b) || isSameVector(b, c) || isSameVector(c, a)) return 0;
  const sorted = [a, b, c].sort(compareVectors);
  // An even permutation keeps the orientation.
  const isEven = [a, b, c].some((first, i, all) => first === sorted[0] && all[(i + 1) % 3] === sorted[1]);
  const [p, q, s] = sorted.map(toExact) as [Exact, Exact, Exact];
  const sign = signOf(exactDeterminant(p, q, s)) || perturbedSign(p, q, s);
  return isEven ? sign : sign === 1 ? -1 : 1;
}

function exactCross(a: Exact, b: Exact): Exact {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

function exactDeterminant(a: Exact, b: Exact, c: Exact): bigint {
  const [x, y, z] = exactCross(b, c);
  return a[0] * x + a[1] * y + a[2] * z;
}

/** The sign for points in ascending order on one great circle: that of the first coefficient that is not 0 (table 4-ii). */
function perturbedSign(a: Exact, b: Exact, c: Exact): Sign {
  const [x, y, z] = exactCross(b, c);
  const coefficients = [
    z,
    y,
    x,
    c[0] * a[1] - c[1] * a[0],
    c[0],
    -c[1],
    c[2] * a[0] - c[0] * a[2],
    c[2],
    a[0] * b[1] - a[1] * b[0],
    -b[0],
    b[1],
    a[0],
  ];
  for (const coefficient of coefficients) if (coefficient !== 0n) return signOf(coefficient);
  return 1;
}

function signOf(number: bigint): Sign {
  return number > 0n ? 1 : number < 0n ? -1 : 0;
}

/** In the order of their coordinates. */
export function compareVectors(a: Vector, b: Vector): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

const bits = new DataView(new ArrayBuffer(8));

/** A coordinate times 2¹⁰⁷⁴, which is an integer. */
function toInteger(number: number): bigint {
  bits.setFloat64(0, number);
  const pattern = bits.getBigUint64(0);
  const exponent = (pattern >> 52n) & 0x7ffn;
  const fraction = pattern & 0xfffffffffffffn;
  const size = exponent === 0n ? fraction : (fraction | 0x10000000000000n) << (exponent - 1n);
  return number < 0 ? -size : size;
}

function toExact([x, y, z]: Vector): Exact {
  return [toInteger(x), toInteger(y), toInteger(z)];
}
