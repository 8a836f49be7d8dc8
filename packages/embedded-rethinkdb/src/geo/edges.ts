import { compareVectors, isOrdered, orientation, type Sign } from './orientation.js';
import {
  addVectors,
  angleBetween,
  cross,
  dot,
  isSameVector,
  length,
  negative,
  scale,
  squaredLength,
  subtractVectors,
  unit,
  type Vector,
} from './vector.js';

/*
 * Edges are parts of great circles, shorter than half of them. The rules for edges that share an end or a part, and the order
 * of the arithmetic, are those of the S2 library (s2geometry.io) that RethinkDB contains.
 */

/**
 * Calls back with the number of each edge of a line that crosses the edge a–b or shares an end with it, and 1 or 0
 * respectively. Ends early if the callback returns true. @returns whether it did
 */
export function someCrossing(
  a: Vector,
  b: Vector,
  line: readonly Vector[],
  callback: (edge: number, from: Vector, to: Vector, crossing: Sign) => boolean,
): boolean {
  const normal = cross(a, b);
  const [first] = line;
  if (first === undefined) return false;
  let from: Vector = first;
  let side = orientation(a, b, from, normal);
  for (let i = 1; i < line.length; i++) {
    const to: Vector = line[i] ?? from;
    const next = orientation(a, b, to, normal);
    // Only an edge with ends on both sides crosses.
    if (side !== next || side === 0) {
      const crossing = side === 0 || next === 0 ? 0 : crossingBetween(a, b, from, to, next);
      if (crossing >= 0 && callback(i - 1, from, to, crossing)) return true;
    }
    from = to;
    side = next;
  }
  return false;
}

/** Of edges whose ends c and d are on different sides of a–b. @param side the side of d */
function crossingBetween(a: Vector, b: Vector, c: Vector, d: Vector, side: Sign): Sign {
  const normal = cross(c, d);
  return -orientation(c, d, b, normal) === side && orientation(c, d, a, normal) === side ? 1 : -1;
}

/**
 * Whether edges that share an end count as crossing. The edges around a point of a region are divided so that counting the
 * crossings determines on which side of the boundary a point lies, even if it is a corner.
 */
export function hasVertexCrossing(a: Vector, b: Vector, c: Vector, d: Vector): boolean {
  if (isSameVector(a, b) || isSameVector(c, d)) return false;
  if (isSameVector(a, d)) return isOrdered(someNormal(a), c, b, a);
  if (isSameVector(b, c)) return isOrdered(someNormal(b), d, a, b);
  if (isSameVector(a, c)) return isOrdered(someNormal(a), d, b, a);
  if (isSameVector(b, d)) return isOrdered(someNormal(b), c, a, b);
  return false;
}

/** A corner of a region: the corner before it, the corner itself, and the corner after it. The region is on the left. */
export type Wedge = readonly [before: Vector, at: Vector, after: Vector];

export function wedgeContains([a0, at, a2]: Wedge, [b0, , b2]: Wedge): boolean {
  return isOrdered(a2, b2, b0, at) && isOrdered(b0, a0, a2, at);
}

export function wedgeIntersects([a0, at, a2]: Wedge, [b0, , b2]: Wedge): boolean {
  return !(isOrdered(a0, b2, b0, at) && isOrdered(b0, a2, a0, at));
}

export type WedgeRelation = 'equal' | 'contains' | 'within' | 'overlapping' | 'disjoint';

export function wedgeRelation(a: Wedge, b: Wedge): WedgeRelation {
  const [a0, at, a2] = a;
  const [b0, , b2] = b;
  if (isSameVector(a0, b0) && isSameVector(a2, b2)) return 'equal';
  if (isOrdered(a0, a2, b2, at)) {
    if (isOrdered(b2, b0, a0, at)) return 'contains';
    return isSameVector(a2, b2) ? 'within' : 'overlapping';
  }
  if (isOrdered(a0, b0, b2, at)) return 'within';
  return isOrdered(a0, b0, a2, at) ? 'disjoint' : 'overlapping';
}

/** A unit vector orthogonal to a vector, not along an axis. */
export function someNormal(vector: Vector): Vector {
  const [x, y, z] = vector.map(Math.abs) as [number, number, number];
  const largest = x > y ? (x > z ? 0 : 2) : y > z ? 1 : 2;
  const other: [number, number, number] = [0.012, 0.0053, 0.00457];
  other[(largest + 2) % 3] = 1;
  return unit(cross(vector, other));
}

/** A normal of the plane through two points: a × b, twice as long, and exact where a and b are close together. */
export function normalOf(a: Vector, b: Vector): Vector {
  const normal = cross(addVectors(b, a), subtractVectors(b, a));
  return normal.some((part) => part !== 0) ? normal : someNormal(a);
}

function isCounterclockwise(a: Vector, b: Vector, c: Vector): boolean {
  return dot(cross(c, a), b) > 0;
}

/** The angle between a point and the nearest point of an edge, to compare edges. */
export function distanceToEdge(from: Vector, a: Vector, b: Vector): number {
  const normal = normalOf(a, b);
  if (isCounterclockwise(normal, a, from) && isCounterclockwise(from, b, normal)) {
    return Math.asin(Math.min(1, Math.abs(dot(from, normal)) / length(normal)));
  }
  const chord = Math.min(squaredLength(subtractVectors(from, a)), squaredLength(subtractVectors(from, b)));
  return 2 * Math.asin(Math.min(1, 0.5 * Math.sqrt(chord)));
}

/** The point of an edge nearest to a point. */
export function nearestOnEdge(from: Vector, a: Vector, b: Vector): Vector {
  const normal = normalOf(a, b);
  const onCircle = subtractVectors(from, scale(normal, dot(from, normal) / squaredLength(normal)));
  if (isCounterclockwise(normal, a, onCircle) && isCounterclockwise(onCircle, b, normal))
    return unit(onCircle);
  const [toA, toB] = [subtractVectors(from, a), subtractVectors(from, b)];
  return squaredLength(toA) <= squaredLength(toB) ? a : b;
}

/** The intersection of two edges that cross. */
function intersectionOf(a0: Vector, a1: Vector, b0: Vector, b1: Vector): Vector {
  const [normalA, normalB] = [unit(normalOf(a0, a1)), unit(normalOf(b0, b1))];
  let found = unit(normalOf(normalA, normalB));
  if (dot(found, addVectors(addVectors(a0, a1), addVectors(b0, b1))) < 0) found = negative(found);
  const [isOnA, isOnB] = [
    (at: Vector) => isOrdered(a0, at, a1, normalA),
    (at: Vector) => isOrdered(b0, at, b1, normalB),
  ];
  if (isOnA(found) && isOnB(found)) return found;
  // Nearly parallel edges: an end of one that lies on the other.
  const ends = [...[a0, a1].filter(isOnB), ...[b0, b1].filter(isOnA)];
  const distance = (end: Vector) => squaredLength(subtractVectors(found, end));
  return ends.sort((a, b) => distance(a) - distance(b) || compareVectors(a, b))[0] ?? found;
}

/** A point where an edge enters or leaves a region, as a fraction of the edge. */
export interface Cut {
  readonly fraction: number;
  readonly at: Vector;
}

/** Where the edge a–b crosses the edges of a region's boundary. */
export function cutsOf(a: Vector, b: Vector, boundary: readonly Vector[]): Cut[] {
  const cuts: Cut[] = [];
  someCrossing(a, b, boundary, (_, c, d, crossing) => {
    const cut = cutOf(a, b, c, d, crossing);
    if (cut !== undefined) cuts.push(cut);
    return false;
  });
  return cuts;
}

function cutOf(a: Vector, b: Vector, c: Vector, d: Vector, crossing: Sign): Cut | undefined {
  if (crossing > 0) {
    const at = intersectionOf(a, b, c, d);
    const [before, after] = [angleBetween(at, a), angleBetween(at, b)];
    return { fraction: before / (before + after), at };
  }
  if (!hasVertexCrossing(a, b, c, d)) return undefined;
  return isSameVector(a, c) || isSameVector(a, d) ? { fraction: 0, at: a } : { fraction: 1, at: b };
}
