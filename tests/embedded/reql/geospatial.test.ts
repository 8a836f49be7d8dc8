import { describe, expect, test } from 'vitest';
import { r } from '../driver.js';
import { examples, fails, useDatabase } from './examples.js';

const { run } = useDatabase(async (prepare) => {
  await prepare(r.tableCreate('places'));
  const places = r.table('places');
  await prepare(places.indexCreate('at', { geo: true }));
  await prepare(places.indexWait());
  await prepare(
    places.insert([
      { id: 'origin', at: r.point(0, 0) },
      { id: 'square', at: r.polygon([1, 1], [2, 1], [2, 2], [1, 2]) },
      { id: 'road', at: r.line([0, 1], [3, 1.5]) },
    ]),
  );
});
const places = r.table('places');
const square = r.polygon([0, 0], [4, 0], [4, 4], [0, 4]);
const ids = (query: typeof r) => query.map((x: typeof r) => x('id')).orderBy((x: typeof r) => x);

describe('shapes', () => {
  examples(run, {
    'are closed if they are polygons': [
      r.polygon([0, 0], [0, 1], [1, 0]).toGeojson(),
      {
        type: 'Polygon',
        coordinates: [
          [
            [0, 0],
            [0, 1],
            [1, 0],
            [0, 0],
          ],
        ],
      },
    ],
    'come from GeoJSON': [r.geojson({ type: 'Point', coordinates: [1, 2] }).eq(r.point(1, 2)), true],
    'are on the globe': [
      r.point(181, 0),
      fails('ReqlQueryLogicError', 'Longitude must be between -180 and 180.  Got 181.'),
    ],
    'do not cross themselves': [
      r.polygon([0, 0], [0, 1], [1, 0], [-1, 0.5]),
      fails(
        'ReqlQueryLogicError',
        'Invalid LinearRing.  Are there antipodal or duplicate vertices? Is it self-intersecting?',
      ),
    ],
    'can be filled': [r.line([0, 0], [0, 1], [1, 0]).fill().toGeojson()('type'), 'Polygon'],
    'can have a hole': [
      square.polygonSub(r.polygon([1, 1], [2, 1], [2, 2], [1, 2])).intersects(r.point(1.5, 1.5)),
      false,
    ],
    'have holes only within': [
      square.polygonSub(r.polygon([3, 3], [5, 3], [5, 5], [3, 5])),
      fails('ReqlQueryLogicError', 'The second argument to `polygon_sub` is not contained in the first one.'),
    ],
  });
});

describe('relations', () => {
  examples(run, {
    'of points, lines and polygons': [
      r.expr([
        square.intersects(r.point(2, 2)),
        square.intersects(r.line([3, 3], [9, 9])),
        square.intersects(r.polygon([5, 5], [6, 5], [6, 6])),
        square.includes(r.line([1, 1], [2, 2])),
        square.includes(r.polygon([3, 3], [5, 3], [5, 5])),
        r.line([0, 0], [2, 2]).intersects(r.line([0, 2], [2, 0])),
      ]),
      [true, true, false, true, false, true],
    ],
    'filter sequences': [
      r
        .expr([r.point(1, 1), r.point(9, 9)])
        .intersects(square)
        .count(),
      1,
    ],
    'need a polygon to include anything': [
      r.point(0, 0).includes(r.point(0, 0)),
      fails('ReqlQueryLogicError', 'Expected geometry of type `Polygon` but found `Point`.'),
    ],
  });
});

describe('distances', () => {
  test('are those of the ellipsoid, in several units', async () => {
    const [metres, miles, radians] = (await run(
      r.expr([
        r.distance(r.point(0, 0), r.point(1, 1)),
        r.distance(r.point(0, 0), r.point(1, 1), { unit: 'mi' }),
        r.distance(r.point(0, 0), r.point(0, 90), { geoSystem: 'unit_sphere' }),
      ]),
    )) as [number, number, number];
    expect(metres).toBeCloseTo(156_899.568, 2);
    expect(miles).toBeCloseTo(97.4928, 3);
    expect(radians).toBeCloseTo(Math.PI / 2, 10);
  });

  test('to a shape are to its nearest point', async () => {
    expect(await run(r.distance(square, r.point(1, 1)))).toBe(0);
    expect(await run(r.distance(r.point(0, 0), r.line([1, -1], [1, 1])))).toBeCloseTo(111_319.49, 1);
  });

  test('make circles', async () => {
    const inside = r.circle([10, 10], 1000).intersects(r.point(10.008, 10));
    const outside = r.circle([10, 10], 1000).intersects(r.point(10.01, 10));
    expect(await run(r.expr([inside, outside]))).toEqual([true, false]);
  });
});

describe('geospatial indexes', () => {
  examples(run, {
    'find what meets a shape': [
      ids(places.getIntersecting(r.polygon([1, 0], [3, 0], [3, 3], [1, 3]), { index: 'at' })),
      ['road', 'square'],
    ],
    'need to be named': [
      places.getIntersecting(square),
      fails('ReqlQueryLogicError', 'get_intersecting requires an index argument.'),
    ],
    'are not for other queries': [
      places.getAll(1, { index: 'at' }),
      fails(
        'ReqlQueryLogicError',
        'Index `at` is a geospatial index.  Only get_nearest and get_intersecting can use a geospatial index.',
      ),
    ],
  });

  test('find what is near, nearest first', async () => {
    const near = places.getNearest(r.point(0, 0.7), { index: 'at', maxDist: 100, unit: 'km' });
    const found = (await run(near)) as { dist: number; doc: { id: string } }[];
    expect(found.map(({ doc }) => doc.id)).toEqual(['road', 'origin']);
    expect(found[1]!.dist).toBeCloseTo(77.4, 1);
  });
});
