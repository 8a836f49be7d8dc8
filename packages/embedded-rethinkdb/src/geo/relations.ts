import { someCrossing } from './edges.js';
import { nearestOn } from './region.js';
import { type Shape, wrongShape } from './shape.js';
import { edgesOf, isSameVector, toVector, type Vector } from './vector.js';

/** Whether two shapes have something in common. */
export function intersects(a: Shape, b: Shape): boolean {
  if (a.kind === 'Point') return hasPoint(b, toVector(a.at));
  if (b.kind === 'Point') return hasPoint(a, toVector(b.at));
  if (a.kind === 'LineString') {
    return b.kind === 'LineString'
      ? linesMeet(a.vectors, b.vectors)
      : b.region.hasPartOf(a.vectors, 'inside');
  }
  return b.kind === 'LineString' ? a.region.hasPartOf(b.vectors, 'inside') : a.region.intersects(b.region);
}

/** Whether another shape lies completely within a polygon, its boundary included. */
export function includes(polygon: Shape, shape: Shape): boolean {
  if (polygon.kind !== 'Polygon') throw wrongShape('Polygon', polygon);
  switch (shape.kind) {
    case 'Point':
      return hasPoint(polygon, toVector(shape.at));
    case 'LineString':
      return !polygon.region.hasPartOf(shape.vectors, 'outside');
    case 'Polygon':
      return polygon.region.contains(shape.region);
  }
}

/** A point belongs to a shape if no point of the shape is nearer. */
function hasPoint(shape: Shape, point: Vector): boolean {
  switch (shape.kind) {
    case 'Point':
      return isSameVector(toVector(shape.at), point);
    case 'LineString':
      return isSameVector(nearestOn(edgesOf(shape.vectors), point), point);
    case 'Polygon':
      return shape.region.loops.length > 0 && isSameVector(shape.region.nearestTo(point), point);
  }
}

function linesMeet(a: readonly Vector[], b: readonly Vector[]): boolean {
  return edgesOf(a).some(([from, to]) => someCrossing(from, to, b, () => true));
}
