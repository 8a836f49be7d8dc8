import { type Ellipsoid, geodesicDistance } from './geodesic.js';
import { intersects } from './relations.js';
import type { Shape } from './shape.js';
import {
  addVectors,
  cross,
  dot,
  edgesOf,
  length,
  type Position,
  positionOf,
  scale,
  subtractVectors,
  toVector,
  unit,
  type Vector,
} from './vector.js';

/**
 * The distance in metres from a point to the nearest point of a shape; 0 inside a polygon. As on RethinkDB, the nearest
 * point is determined on the sphere, its distance on the ellipsoid. A distance clearly above `limit` is infinite.
 */
export function distanceTo(
  from: Position,
  shape: Shape,
  system: Ellipsoid,
  limit = Number.POSITIVE_INFINITY,
): number {
  if (shape.kind === 'Polygon' && intersects({ kind: 'Point', at: from }, shape)) return 0;
  const here = toVector(from);
  const there = shape.kind === 'Point' ? toVector(shape.at) : nearestOnLines(here, linesOf(shape));
  const chord = length(subtractVectors(here, there));
  if (chord === 0) return 0;
  // The largest curvature of the ellipsoid is that of a sphere with this radius.
  if (chord * system.a * (1 - system.f) ** 2 > limit) return Number.POSITIVE_INFINITY;
  return geodesicDistance(positionOf(here), positionOf(there), system);
}

function linesOf(shape: Exclude<Shape, { kind: 'Point' }>): readonly (readonly Position[])[] {
  return shape.kind === 'Polygon' ? shape.rings : [shape.points];
}

function nearestOnLines(here: Vector, lines: readonly (readonly Position[])[]): Vector {
  const candidates = lines
    .map((line) => line.map(toVector))
    .flatMap((line) => edgesOf(line).map(([a, b]) => nearestOnEdge(here, a, b)));
  return candidates.reduce((a, b) =>
    length(subtractVectors(here, b)) < length(subtractVectors(here, a)) ? b : a,
  );
}

function nearestOnEdge(here: Vector, a: Vector, b: Vector): Vector {
  // The normal of the edge's plane: a × b, twice as long and more exact where a and b are close together.
  const normal = cross(addVectors(b, a), subtractVectors(b, a));
  const onCircle = subtractVectors(here, scale(normal, dot(here, normal) / dot(normal, normal)));
  const isBetween = dot(cross(onCircle, normal), a) > 0 && dot(cross(normal, onCircle), b) > 0;
  if (isBetween) return unit(onCircle);
  return length(subtractVectors(here, a)) <= length(subtractVectors(here, b)) ? a : b;
}
