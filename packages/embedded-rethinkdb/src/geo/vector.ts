import { atan2, sinCos } from './trigonometry.js';

/** Longitude and latitude, in degrees. */
export type Position = readonly [longitude: number, latitude: number];

/** A direction from the centre of the globe; of length 1 if it represents a point on the globe. */
export type Vector = readonly [x: number, y: number, z: number];

const RADIANS = Math.PI / 180;
const DEGREES = 180 / Math.PI;

export function toVector([longitude, latitude]: Position): Vector {
  // As on RethinkDB, so that both ends of the range are the same point exactly.
  const lambda = (longitude === 180 ? -180 : longitude) * RADIANS;
  const [sinLambda, cosLambda] = sinCos(lambda);
  const [sinPhi, cosPhi] = sinCos(latitude * RADIANS);
  return [cosLambda * cosPhi, sinLambda * cosPhi, sinPhi];
}

export function positionOf([x, y, z]: Vector): Position {
  return [atan2(y, x) * DEGREES, atan2(z, Math.sqrt(x * x + y * y)) * DEGREES];
}

export function addVectors(a: Vector, b: Vector): Vector {
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
}

export function subtractVectors(a: Vector, b: Vector): Vector {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

export function scale(a: Vector, factor: number): Vector {
  return [a[0] * factor, a[1] * factor, a[2] * factor];
}

export function dot(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

export function cross(a: Vector, b: Vector): Vector {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

export function squaredLength(a: Vector): number {
  return dot(a, a);
}

export function length(a: Vector): number {
  return Math.sqrt(squaredLength(a));
}

export function negative([x, y, z]: Vector): Vector {
  return [-x, -y, -z];
}

/** In radians. */
export function angleBetween(a: Vector, b: Vector): number {
  return atan2(length(cross(a, b)), dot(a, b));
}

export function isSameVector(a: Vector, b: Vector): boolean {
  return a[0] === b[0] && a[1] === b[1] && a[2] === b[2];
}

/** The vector of length 1 in the same direction. */
export function unit(a: Vector): Vector {
  return scale(a, 1 / (length(a) || 1));
}

/** The edges of a line: its pairs of consecutive points. */
export function edgesOf<Point extends object>(points: readonly Point[]): (readonly [Point, Point])[] {
  const edges: (readonly [Point, Point])[] = [];
  let from: Point | undefined;
  for (const to of points) {
    if (from !== undefined) edges.push([from, to]);
    from = to;
  }
  return edges;
}
