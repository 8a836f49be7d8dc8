import { describe, expect, test } from 'vitest';
import { type CellRange, rangesMeeting } from '../../src/geo/cells.js';
import { coveringOf, coveringOfCap } from '../../src/geo/covering.js';
import { distanceTo, smallestRadius } from '../../src/geo/distance.js';
import { Ellipsoid } from '../../src/geo/ellipsoid.js';
import { intersects } from '../../src/geo/relations.js';
import { type Shape, toShape } from '../../src/geo/shape.js';
import { toVector } from '../../src/geo/vector.js';
import { randomPosition, randomShapes } from './random-shapes.js';

const EARTH = new Ellipsoid(6_378_137, 1 / 298.257223563);

function hasCell(ranges: readonly CellRange[], shape: Shape): boolean {
  const ids = coveringOf(shape, 8).map(({ id }) => id);
  return ids.some((id) => ranges.some(({ from, to }) => from <= id && id <= to));
}

describe('coverings', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])('shapes that intersect have cells in common (seed %d)', (seed) => {
    const shapes = randomShapes(seed, 60).map(toShape);
    let intersecting = 0;
    for (const query of shapes) {
      const ranges = rangesMeeting(coveringOf(query, 16));
      for (const shape of shapes) {
        if (!intersects(query, shape)) continue;
        intersecting++;
        expect(hasCell(ranges, shape), `${JSON.stringify([query, shape])}`).toBe(true);
      }
    }
    // Otherwise the comparison would prove nothing.
    expect(intersecting).toBeGreaterThan(shapes.length * 1.5);
  });

  test.each([1, 2, 3, 4])('the covering of a circle has cells of all shapes in it (seed %d)', (seed) => {
    const shapes = randomShapes(seed, 60).map(toShape);
    for (let i = 0; i < 60; i++) {
      const centre = randomPosition(seed * 1000 + i);
      for (const radius of [1, 1000, 300_000, 5_000_000]) {
        const angle = Math.min(Math.PI, radius / smallestRadius(EARTH));
        const ranges = rangesMeeting(coveringOfCap(toVector(centre), angle, 12));
        for (const shape of shapes) {
          if (distanceTo(centre, shape, EARTH) > radius) continue;
          expect(hasCell(ranges, shape), `${centre} ${radius} ${JSON.stringify(shape)}`).toBe(true);
        }
      }
    }
  });

  test('a covering has at most the given number of cells, and a point has one', () => {
    for (const geometry of randomShapes(99, 200)) {
      const shape = toShape(geometry);
      const cells = coveringOf(shape, 8);
      expect(cells.length).toBeLessThanOrEqual(shape.kind === 'Point' ? 1 : 8);
      expect(new Set(cells.map(({ id }) => id)).size).toBe(cells.length);
    }
  });
});
