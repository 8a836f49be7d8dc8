import type { Shape } from './shape.js';
import { addVectors, dot, type Position, toVector, unit, type Vector } from './vector.js';

/** A circle on the globe. The radius is an angle in radians. */
export interface Cap {
  readonly centre: Vector;
  readonly radius: number;
}

/** Far above the rounding errors. */
const TOLERANCE = 1e-6;

/** A cap that contains a shape. A cap below a hemisphere is convex: if it contains the corners, it contains the shape. */
export function boundingCap(shape: Shape): Cap {
  const corners = cornersOf(shape).map(toVector);
  const centre = unit(corners.reduce(addVectors, [0, 0, 0]));
  const radius = Math.acos(Math.max(-1, Math.min(...corners.map((corner) => dot(corner, centre)), 1)));
  return { centre, radius: radius < Math.PI / 2 - TOLERANCE ? radius : Math.PI };
}

/** False only if the shapes do not intersect. */
export function mayMeet(a: Cap, b: Cap): boolean {
  const reach = a.radius + b.radius + TOLERANCE;
  return reach >= Math.PI || dot(a.centre, b.centre) >= Math.cos(reach);
}

function cornersOf(shape: Shape): readonly Position[] {
  switch (shape.kind) {
    case 'Point':
      return [shape.at];
    case 'LineString':
      return shape.points;
    case 'Polygon':
      // A ring that is not within the first one is a part of the polygon, not a hole.
      return shape.rings.flat();
  }
}
