import { type Ellipsoid, geodesicDistance } from './geodesic.js';
import { distanceSquared, type Flat, nearestOnSegment, Plane } from './plane.js';
import { intersects } from './relations.js';
import type { Position, Shape } from './shape.js';

/** The distance in metres from a point to the nearest point of a shape; 0 inside a polygon. */
export function distanceTo(from: Position, shape: Shape, system: Ellipsoid): number {
  if (shape.kind === 'Point') return geodesicDistance(from, shape.at, system);
  if (intersects({ kind: 'Point', at: from }, shape)) return 0;
  const lines = shape.kind === 'Polygon' ? shape.rings : [shape.points];
  let nearest = Number.POSITIVE_INFINITY;
  for (const line of lines) {
    for (let i = 1; i < line.length; i++) {
      const at = nearestOnEdge(from, line[i - 1]!, line[i]!);
      nearest = Math.min(nearest, geodesicDistance(from, at, system));
    }
  }
  return nearest;
}

/** Which point of an edge is nearest is decided on the sphere, how far it is on the ellipsoid. */
function nearestOnEdge(from: Position, a: Position, b: Position): Position {
  const plane = new Plane([from]);
  const [p, q] = [plane.project(a), plane.project(b)];
  if (p === undefined || q === undefined) return p === undefined ? b : a;
  const centre: Flat = [0, 0];
  const nearest = nearestOnSegment(centre, p, q);
  // The ends keep their exact coordinates.
  if (distanceSquared(nearest, p) === 0) return a;
  return distanceSquared(nearest, q) === 0 ? b : plane.unproject(nearest);
}
