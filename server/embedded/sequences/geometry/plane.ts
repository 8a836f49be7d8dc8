import type { Position } from './shape.js';

/** A point of the plane onto which a hemisphere is projected. */
export type Flat = readonly [x: number, y: number];
type Vector = readonly [number, number, number];

/** Far below a millimetre on the ground, above the noise of the arithmetic. */
const TOLERANCE = 1e-14;
const RADIANS = Math.PI / 180;

function toVector([longitude, latitude]: Position): Vector {
  const [lambda, phi] = [longitude * RADIANS, latitude * RADIANS];
  return [Math.cos(phi) * Math.cos(lambda), Math.cos(phi) * Math.sin(lambda), Math.sin(phi)];
}

function toPosition([x, y, z]: Vector): Position {
  return [Math.atan2(y, x) / RADIANS, Math.atan2(z, Math.hypot(x, y)) / RADIANS];
}

function dot(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

function cross(a: Vector, b: Vector): Vector {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

function unit(a: Vector): Vector {
  const length = Math.hypot(...a) || 1;
  return [a[0] / length, a[1] / length, a[2] / length];
}

/**
 * The gnomonic projection around the middle of some points: great circles become straight lines, so that the
 * geometry of edges on a sphere is that of segments in the plane. Only one hemisphere has an image.
 */
export class Plane {
  private readonly centre: Vector;
  private readonly east: Vector;
  private readonly north: Vector;

  constructor(points: readonly Position[]) {
    const sum = points
      .map(toVector)
      .reduce<Vector>((a, b) => [a[0] + b[0], a[1] + b[1], a[2] + b[2]], [0, 0, 0]);
    this.centre = unit(sum);
    const axis: Vector = Math.abs(this.centre[2]) < 0.9 ? [0, 0, 1] : [1, 0, 0];
    this.east = unit(cross(axis, this.centre));
    this.north = cross(this.centre, this.east);
  }

  /** Undefined for what lies on the other side of the sphere. */
  project(position: Position): Flat | undefined {
    const vector = toVector(position);
    const depth = dot(vector, this.centre);
    if (depth <= 1e-9) return undefined;
    return [dot(vector, this.east) / depth, dot(vector, this.north) / depth];
  }

  unproject([x, y]: Flat): Position {
    const at = (i: 0 | 1 | 2) => this.centre[i] + x * this.east[i] + y * this.north[i];
    return toPosition(unit([at(0), at(1), at(2)]));
  }
}

/** Whether consecutive points differ and are not opposite each other. */
export function isUsableLine(points: readonly Position[]): boolean {
  return points.slice(1).every((point, i) => {
    const [a, b] = [toVector(points[i]!), toVector(point)];
    return Math.hypot(...cross(a, b)) > TOLERANCE;
  });
}

/** Whether the edges of a closed ring meet in their common ends only. */
export function isSimpleRing(ring: readonly Position[]): boolean {
  const plane = new Plane(ring.slice(1));
  const flat = ring.map((point) => plane.project(point));
  if (flat.includes(undefined)) return true;
  const points = flat as Flat[];
  const edges = points.slice(1).map((to, i) => [points[i]!, to] as const);
  for (let i = 0; i < edges.length; i++) {
    for (let j = i + 1; j < edges.length; j++) {
      const adjacent = j === i + 1 || (i === 0 && j === edges.length - 1);
      const [a, b] = edges[i]!;
      const [c, d] = edges[j]!;
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

export function distanceSquared(a: Flat, b: Flat): number {
  return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2;
}

/** The point of the segment that is next to p. */
export function nearestOnSegment(p: Flat, a: Flat, b: Flat): Flat {
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
  for (let i = 1; i < ring.length; i++) {
    const [[x1, y1], [x2, y2]] = [ring[i - 1]!, ring[i]!];
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside;
  }
  return inside;
}
