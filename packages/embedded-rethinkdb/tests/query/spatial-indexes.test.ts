import { describe, expect, test } from 'vitest';
import type { DatumObject } from '../../src/datum/datum.js';
import { distanceTo } from '../../src/geo/distance.js';
import { Ellipsoid } from '../../src/geo/ellipsoid.js';
import { intersects } from '../../src/geo/relations.js';
import { type Shape, toShape } from '../../src/geo/shape.js';
import { randomShapes } from '../geo/random-shapes.js';
import { r } from '../support/driver.js';
import { useDatabase } from './examples.js';

const ROWS = 250;
const EARTH = new Ellipsoid(6_378_137, 1 / 298.257223563);
const geometry = randomShapes(21, 2 * ROWS);
const shapes = geometry.map(toShape);

const places = r.table('places');
const { run, isServer } = useDatabase(async (prepare) => {
  await prepare(r.tableCreate('places'));
  const rows = Array.from({ length: ROWS }, (_, id) => ({ id, at: geometry[id], all: allOf(id, geometry) }));
  await prepare(places.insert(rows));
  await prepare(places.indexCreate('at', { geo: true }));
  await prepare(places.indexCreate('all', { geo: true, multi: true }));
  await prepare(places.indexWait());
});

/** A row of the table, as it is expected. */
interface Row {
  readonly id: number;
  readonly at: Shape | null;
  readonly all: readonly Shape[];
}
const original: Row[] = Array.from({ length: ROWS }, (_, id) => ({
  id,
  at: shapes[id]!,
  all: allOf(id, shapes),
}));

function allOf<T>(id: number, from: readonly T[]): T[] {
  return [from[id]!, from[id + ROWS]!];
}

/** The indexes of a RethinkDB server miss shapes near the poles. */
function isComparable(shape: DatumObject): boolean {
  const numbers = [shape.coordinates].flat(4) as number[];
  return !isServer() || numbers.every((number, i) => i % 2 === 0 || Math.abs(number) < 85);
}

/** Compares both indexes with a scan of the expected rows. */
async function expectSameAsScan(rows: readonly Row[], query: DatumObject): Promise<void> {
  const shape = toShape(query);
  const found = async (index: string) => {
    const ids = (await run(places.getIntersecting(r.expr(query), { index })('id'))) as number[];
    return ids.sort((a, b) => a - b);
  };
  const single = rows.filter(({ at }) => at !== null && intersects(at, shape));
  const multi = rows.flatMap(({ id, all }) => all.filter((one) => intersects(one, shape)).map(() => id));
  expect({ query, at: await found('at'), all: await found('all') }).toEqual({
    query,
    at: single.map(({ id }) => id),
    all: multi,
  });
}

describe('spatial indexes', () => {
  test.each([31, 32, 33])('spatial indexes find what a scan finds (seed %d)', async (seed) => {
    for (const query of randomShapes(seed, 100).filter(isComparable)) await expectSameAsScan(original, query);
  });

  test('spatial indexes find the nearest rows that a scan finds', async () => {
    for (const query of randomShapes(41, 120).filter(isComparable)) {
      const centre = toShape(query);
      if (centre.kind !== 'Point') continue;
      const scanned = shapes.slice(0, ROWS).map((shape) => distanceTo(centre.at, shape, EARTH));
      const near = scanned.filter((metres) => metres <= 2_000_000).sort((a, b) => a - b);
      for (const maxResults of [7, ROWS]) {
        const options = { index: 'at', maxDist: 2_000_000, maxResults };
        const found = (await run(places.getNearest(r.expr(query), options)('dist'))) as number[];
        expect(found.map(rounded)).toEqual(near.slice(0, maxResults).map(rounded));
      }
    }
  });

  test('spatial indexes follow updates and deletions', async () => {
    const rows = original.flatMap((row): Row[] => {
      if (row.id < 50) return [{ ...row, at: shapes[ROWS + 3]! }];
      if (row.id < 100) return [{ ...row, at: null }];
      return row.id < 150 ? [] : [row];
    });
    await run(places.between(0, 50).update({ at: geometry[ROWS + 3] }));
    await run(places.between(50, 100).update({ at: null }));
    await run(places.between(100, 150).delete());
    for (const query of randomShapes(51, 100).filter(isComparable)) await expectSameAsScan(rows, query);
  });

  test('spatial indexes leave out rows without valid geometry', async () => {
    const broken = { $reql_type$: 'GEOMETRY', type: 'Point', coordinates: [500, 0] };
    await run(places.insert({ id: 1000, at: broken, all: [broken, geometry[0]] }));
    const hemisphere = r.circle([10, 50], 9_000_000);
    const found = async (index: string) =>
      (await run(places.getIntersecting(hemisphere, { index })('id'))) as number[];
    expect(await found('at')).not.toContain(1000);
    expect((await found('at')).length).toBeGreaterThan(0);
  });
});

/** To a micrometre. */
function rounded(metres: number): string {
  return metres.toFixed(6);
}
