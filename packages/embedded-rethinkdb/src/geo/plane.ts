import {
  addVectors,
  cross,
  dot,
  edgesOf,
  length,
  type Position,
  scale,
  subtractVectors,
  toVector,
  unit,
  type Vector,
} from './vector.js';

/** A point of the plane to which a hemisphere is projected. */
export type Flat = readonly [x: number, y: number];

/** Far below a millimetre on the ground, above the rounding errors. */
const TOLERANCE = 1e-14;

/** Minimum depth of a point on this side of the sphere: a point closer to the edge is projected too far out. */
const HORIZON = 1e-3;

/**
 * The gnomonic projection around the centre of some points. Great circles become straight lines, so that the geometry of
 * edges on a sphere is that of segments in the plane. Only one hemisphere has an image.
 */
export class Plane {
  readonly #centre: Vector;
  readonly #east: Vector;
  readonly #north: Vector;

  constructor(points: readonly Position[]) {
    this.#centre = unit(points.map(toVector).reduce(addVectors, [0, 0, 0]));
    const axis: Vector = Math.abs(this.#centre[2]) < 0.9 ? [0, 0, 1] : [1, 0, 0];
    this.#east = unit(cross(axis, this.#centre));
    this.#north = cross(this.#centre, this.#east);
  }

  /** Undefined for a point on the other side of the sphere. */
  project(position: Position): Flat | undefined {
    const vector = toVector(position);
    return this.#depth(vector) < HORIZON ? undefined : this.#flatten(vector);
  }

  /** Undefined if one of the points lies on the other side. */
  projectAll(positions: readonly Position[]): Flat[] | undefined {
    const points: Flat[] = [];
    for (const position of positions) {
      const point = this.project(position);
      if (point === undefined) return undefined;
      points.push(point);
    }
    return points;
  }

  /** The part of an edge on this side of the sphere. */
  projectEdge(from: Position, to: Position): [Flat, Flat] | undefined {
    const [a, b] = [toVector(from), toVector(to)];
    const [start, end] = [this.#depth(a) - HORIZON, this.#depth(b) - HORIZON];
    if (start < 0 && end < 0) return undefined;
    const crossed = () => addVectors(a, scale(subtractVectors(b, a), start / (start - end)));
    return [this.#flatten(start < 0 ? crossed() : a), this.#flatten(end < 0 ? crossed() : b)];
  }

  #depth(vector: Vector): number {
    return dot(vector, this.#centre);
  }

  #flatten(vector: Vector): Flat {
    const depth = this.#depth(vector);
    return [dot(vector, this.#east) / depth, dot(vector, this.#north) / depth];
  }
}

/** Whether consecutive points differ and are not opposite each other. */
export function isUsableLine(points: readonly Position[]): boolean {
  return edgesOf(points.map(toVector)).every(([a, b]) => length(cross(a, b)) > TOLERANCE);
}

/** Whether the edges of a closed ring intersect only at their common ends. */
export function isSimpleRing(ring: readonly Position[]): boolean {
  const plane = new Plane(ring.slice(1));
  const points = plane.projectAll(ring);
  if (points === undefined) return true;
  const edges = edgesOf(points);
  for (const [i, [a, b]] of edges.entries()) {
    for (const [k, [c, d]] of edges.slice(i + 1).entries()) {
      const j = i + 1 + k;
      const adjacent = j === i + 1 || (i === 0 && j === edges.length - 1);
      if (adjacent) {
        const other = j === i + 1 ? d : c;
        if (isOnSegment(other, a, b)) return false;
      } else if (crossing(a, b, c, d) !== undefined || isOnSegment(c, a, b) || isOnSegment(a, c, d))
        return false;
    }
  }
  return true;
}

function turn(a: Flat, b: Flat, c: Flat): number {
  return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
}

function distanceSquared(a: Flat, b: Flat): number {
  return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2;
}

/** The point of the segment nearest to p. */
function nearestOnSegment(p: Flat, a: Flat, b: Flat): Flat {
  const length = distanceSquared(a, b);
  const along = length === 0 ? 0 : ((p[0] - a[0]) * (b[0] - a[0]) + (p[1] - a[1]) * (b[1] - a[1])) / length;
  const t = Math.max(0, Math.min(1, along));
  return [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])];
}

export function isOnSegment(p: Flat, a: Flat, b: Flat): boolean {
  return Math.sqrt(distanceSquared(p, nearestOnSegment(p, a, b))) <= TOLERANCE;
}

/** How far along a→b it crosses c→d, as a fraction; undefined if the two do not cross. */
export function crossing(a: Flat, b: Flat, c: Flat, d: Flat): number | undefined {
  const [c1, d1] = [turn(a, b, c), turn(a, b, d)];
  const [a1, b1] = [turn(c, d, a), turn(c, d, b)];
  if (c1 * d1 >= 0 || a1 * b1 >= 0) return undefined;
  return a1 / (a1 - b1);
}

/** Whether a point lies inside a ring, by counting the edges to its right. */
export function isInsideRing([x, y]: Flat, ring: readonly Flat[]): boolean {
  let inside = false;
  for (const [[x1, y1], [x2, y2]] of edgesOf(ring)) {
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside;
  }
  return inside;
}
