import { crossing, type Flat, isInsideRing, isOnSegment, Plane } from './plane.js';
import { type Shape, wrongShape } from './shape.js';
import { edgesOf, type Position } from './vector.js';

type Polygon = Shape & { kind: 'Polygon' };
type Rings = readonly (readonly Flat[])[];

/** The place of a point relative to a polygon. */
type Place = 'inside' | 'boundary' | 'outside';

/** Whether two shapes have something in common. Shapes on opposite sides of the globe do not. */
export function intersects(a: Shape, b: Shape): boolean {
  if (a.kind === 'Polygon') return polygonIntersects(a, b);
  if (b.kind === 'Polygon') return polygonIntersects(b, a);
  if (a.kind === 'Point' && b.kind === 'Point') return samePosition(a.at, b.at);
  if (a.kind === 'Point') return b.kind === 'LineString' && lineHas(b.points, a.at);
  if (b.kind === 'Point') return lineHas(a.points, b.at);
  return linesMeet(a.points, b.points);
}

/** Whether another shape lies completely within a polygon, its boundary included. */
export function includes(polygon: Shape, shape: Shape): boolean {
  if (polygon.kind !== 'Polygon') throw wrongShape('Polygon', polygon);
  const plane = planeOf(polygon);
  const rings = flatRings(polygon, plane);
  if (rings === undefined || rings.length === 0) return false;
  if (shape.kind === 'Point') {
    const at = plane.project(shape.at);
    return at !== undefined && placeOf(at, rings) !== 'outside';
  }
  const lines = projectLines(linesOf(shape), plane);
  if (lines === undefined) return false;
  const isCovered = lines.every((line) => piecesOf(line, rings).every(({ place }) => place !== 'outside'));
  if (!isCovered || shape.kind === 'LineString') return isCovered;
  // The boundary is within the polygon; a hole may still lie inside.
  return rings.slice(1).every((hole) => placeOf(pointInside(hole), lines) !== 'inside');
}

function polygonIntersects(polygon: Polygon, shape: Shape): boolean {
  const plane = planeOf(polygon);
  const rings = flatRings(polygon, plane);
  if (rings === undefined || rings.length === 0) return false;
  if (shape.kind === 'Point') {
    const at = plane.project(shape.at);
    return at !== undefined && placeOf(at, rings) !== 'outside';
  }
  const lines = linesOf(shape).flatMap((line) => visibleParts(line, plane));
  const touches = lines.some((line) =>
    piecesOf(line, rings).some(({ place, shared }) => place !== 'outside' && !shared),
  );
  if (touches || shape.kind === 'LineString') return touches;
  return surrounds(polygon, shape) || surrounds(shape, polygon);
}

/** Whether a polygon contains another one without touching its boundary. */
function surrounds(outer: Polygon, inner: Polygon): boolean {
  const plane = planeOf(outer);
  const [around, within] = [flatRings(outer, plane), flatRings(inner, plane)];
  const shell = within?.[0];
  if (!around?.length || within === undefined || shell === undefined) return false;
  const point = pointInside(shell);
  return placeOf(point, around) === 'inside' && placeOf(point, within) === 'inside';
}

function planeOf(polygon: Polygon): Plane {
  return new Plane((polygon.rings[0] ?? []).slice(1));
}

function flatRings(polygon: Polygon, plane: Plane): Rings | undefined {
  return projectLines(polygon.rings, plane);
}

/** Undefined if a point lies on the other side of the sphere. */
function projectLines(lines: readonly (readonly Position[])[], plane: Plane): Rings | undefined {
  const projected: Flat[][] = [];
  for (const line of lines) {
    const points = plane.projectAll(line);
    if (points === undefined) return undefined;
    projected.push(points);
  }
  return projected;
}

function linesOf(shape: Shape): readonly (readonly Position[])[] {
  if (shape.kind === 'Polygon') return shape.rings;
  return shape.kind === 'LineString' ? [shape.points] : [[shape.at]];
}

/** The visible parts of the edges of a line. */
function visibleParts(points: readonly Position[], plane: Plane): [Flat, Flat][] {
  return edgesOf(points).flatMap(([from, to]) => {
    const edge = plane.projectEdge(from, to);
    return edge === undefined ? [] : [edge];
  });
}

function placeOf(point: Flat, rings: Rings): Place {
  for (const ring of rings) {
    if (edgesOf(ring).some(([a, b]) => isOnSegment(point, a, b))) return 'boundary';
  }
  const [shell = [], ...holes] = rings;
  return isInsideRing(point, shell) && !holes.some((hole) => isInsideRing(point, hole))
    ? 'inside'
    : 'outside';
}

/** A line cut at its intersections with a polygon's edges. `shared`: the line's edge is an edge of the polygon. */
function piecesOf(line: readonly Flat[], rings: Rings): { place: Place; shared: boolean }[] {
  const edges = rings.flatMap(edgesOf);
  return edgesOf(line).flatMap(([a, b]) => {
    const cuts = [0, 1];
    for (const [c, d] of edges) {
      const at = crossing(a, b, c, d);
      if (at !== undefined) cuts.push(at);
      for (const end of [c, d]) if (isOnSegment(end, a, b)) cuts.push(fractionOf(end, a, b));
    }
    const shared = edges.some(([c, d]) => (same(a, c) && same(b, d)) || (same(a, d) && same(b, c)));
    const sorted = [...new Set(cuts)].sort((x, y) => x - y);
    return sorted.slice(1).flatMap((to, i) => {
      const from = sorted[i] ?? 0;
      if (to - from < 1e-9) return [];
      return [{ place: placeOf(between(a, b, (from + to) / 2), rings), shared }];
    });
  });
}

function fractionOf(p: Flat, a: Flat, b: Flat): number {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  return Math.abs(dx) > Math.abs(dy) ? (p[0] - a[0]) / dx : (p[1] - a[1]) / dy;
}

function between(a: Flat, b: Flat, t: number): Flat {
  return [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])];
}

function same(a: Flat, b: Flat): boolean {
  return a[0] === b[0] && a[1] === b[1];
}

/** Some point inside a ring: close to the middle of its first edge, on the inner side. */
function pointInside(ring: readonly Flat[]): Flat {
  const [a = [0, 0], b = a] = ring;
  const middle = between(a, b, 0.5);
  for (let offset = 0.1; offset > 1e-9; offset /= 4) {
    for (const side of [offset, -offset]) {
      const candidate: Flat = [middle[0] - side * (b[1] - a[1]), middle[1] + side * (b[0] - a[0])];
      if (isInsideRing(candidate, ring)) return candidate;
    }
  }
  return middle;
}

function samePosition(a: Position, b: Position): boolean {
  return a[0] === b[0] && a[1] === b[1];
}

function lineHas(line: readonly Position[], at: Position): boolean {
  const plane = new Plane([at]);
  const point = plane.project(at);
  return point !== undefined && visibleParts(line, plane).some(([a, b]) => isOnSegment(point, a, b));
}

function linesMeet(a: readonly Position[], b: readonly Position[]): boolean {
  return edgesOf(a).some(([from, to]) => {
    const plane = new Plane([from, to]);
    const [p, q] = [plane.project(from), plane.project(to)];
    if (p === undefined || q === undefined) return false;
    return visibleParts(b, plane).some(([c, d]) => {
      const isTouching =
        [p, q].some((end) => isOnSegment(end, c, d)) || [c, d].some((end) => isOnSegment(end, p, q));
      return isTouching || crossing(p, q, c, d) !== undefined;
    });
  });
}
