import type { DatumObject } from '../../src/datum/datum.js';
import { makeLine, makePoint, makePolygon, makePolygonOf } from '../../src/geo/shape.js';
import type { Position } from '../../src/geo/vector.js';
import { seededRandom } from '../support/random.js';

// Poles, the antimeridian, meridians and corners between the faces of the cube, and ordinary places.
const PLACES: Position[] = [
  [0, 0],
  [10, 50],
  [44, -1],
  [44, 34],
  [179, 10],
  [-135, -36],
  [0, 89],
  [120, -90],
];

/** A position near one of some places. */
export function randomPosition(seed: number): Position {
  const random = seededRandom(seed);
  for (let i = 0; i < 8; i++) random(2);
  return positionNear(random, PLACES[random(PLACES.length)]!, 8);
}

function positionNear(random: (below: number) => number, [west, south]: Position, size: number): Position {
  // A coarse grid gives shapes that touch.
  const step = () => (random(2) === 0 ? (random(5) * size) / 4 : (random(2 ** 20) * size) / 2 ** 20);
  const longitude = west + step();
  return [longitude > 180 ? longitude - 360 : longitude, Math.min(90, south + step())];
}

/** Valid points, lines, polygons and polygons with holes. */
export function randomShapes(seed: number, count: number): DatumObject[] {
  const random = seededRandom(seed);
  const shapes: DatumObject[] = [];
  while (shapes.length < count) {
    try {
      shapes.push(randomShape(random));
    } catch {
      // Rings that intersect themselves are not valid.
    }
  }
  return shapes;
}

function randomShape(random: (below: number) => number): DatumObject {
  const place = PLACES[random(PLACES.length)]!;
  const size = [0.001, 1, 4, 8, 40][random(5)]!;
  const positions = (number: number) =>
    Array.from({ length: number }, () => positionNear(random, place, size));
  switch (random(4)) {
    case 0:
      return makePoint(positions(1)[0]!);
    case 1:
      return makeLine(positions(2 + random(4)));
    case 2:
      return makePolygon(positions(3 + random(2)));
    default: {
      const shell = positions(3);
      const middle = (axis: 0 | 1) => shell.reduce((sum, at) => sum + at[axis], 0) / shell.length;
      const [x, y] = [middle(0), middle(1)];
      const hole = shell.map(([a, b]): Position => [x + (a - x) / 2, y + (b - y) / 2]);
      return makePolygonOf([shell, hole].map((ring) => [...ring, ring[0]!]));
    }
  }
}
