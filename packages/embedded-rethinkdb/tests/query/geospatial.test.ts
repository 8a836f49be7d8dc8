import { describe, expect, test } from 'vitest';
import { r } from '../support/driver.js';
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
    'shapes that are polygons are closed': [
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
    'shapes can be built from GeoJSON': [
      r.geojson({ type: 'Point', coordinates: [1, 2] }).eq(r.point(1, 2)),
      true,
    ],
    'shapes outside the globe are refused': [
      r.point(181, 0),
      fails('ReqlQueryLogicError', 'Longitude must be between -180 and 180.  Got 181.'),
    ],
    'shapes that intersect themselves are refused': [
      r.polygon([0, 0], [0, 1], [1, 0], [-1, 0.5]),
      fails(
        'ReqlQueryLogicError',
        'Invalid LinearRing.  Are there antipodal or duplicate vertices? Is it self-intersecting?',
      ),
    ],
    'shapes can be filled': [r.line([0, 0], [0, 1], [1, 0]).fill().toGeojson()('type'), 'Polygon'],
    'shapes can have a hole': [
      square.polygonSub(r.polygon([1, 1], [2, 1], [2, 2], [1, 2])).intersects(r.point(1.5, 1.5)),
      false,
    ],
    'shapes have holes inside only': [
      square.polygonSub(r.polygon([3, 3], [5, 3], [5, 5], [3, 5])),
      fails('ReqlQueryLogicError', 'The second argument to `polygon_sub` is not contained in the first one.'),
    ],
  });
});

describe('relations', () => {
  examples(run, {
    'relations of points, lines and polygons are computed': [
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
    'relations filter sequences': [
      r
        .expr([r.point(1, 1), r.point(9, 9)])
        .intersects(square)
        .count(),
      1,
    ],
    // The next three are as a RethinkDB server answers.
    'relations of edges across the horizon are computed': [
      r.line([-110, -21], [68, -37]).intersects(r.polygon([-40, -36], [-78, -2], [-111, -36], [-78, -76])),
      true,
    ],
    'relations of the end of such an edge are computed': [
      r
        .line([-100, -21], [120, 40])
        .intersects(r.polygon([-100, -22], [-102, -22], [-102, -20], [-100, -20])),
      true,
    ],
    'relations of a large circle and a shape in it are computed': [
      r.polygon([42.17, -12.9], [41.19, -13.46], [40.6, -12.9]).intersects(r.circle([62.7, 12.4], 6_666_313)),
      true,
    ],
    'relations with includes require a polygon': [
      r.point(0, 0).includes(r.point(0, 0)),
      fails('ReqlQueryLogicError', 'Expected geometry of type `Polygon` but found `Point`.'),
    ],
  });
});

describe('distances', () => {
  test('distances are those of the ellipsoid, in several units', async () => {
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

  // Expected values from here on are those of a RethinkDB server.
  test.each([
    ['nearly opposite points', r.point(0, 0), r.point(179.5, 0.5), 19_936_288.578_965_314],
    ['nearly opposite points', r.point(23.26, -56.01), r.point(-156.75, 55.83), 19_983_885.449_496_962],
    ['an edge', r.point(10, 10), r.line([0, 0], [40, 5]), 947_723.944_583_481_6],
    [
      'edges that go around the globe',
      r.point(119.6, 62.3),
      r.line([110.2, 54.9], [49.3, 9.5], [-95.2, 3.5], [110.2, 54.7]),
      1872.749_893_720_067,
    ],
    [
      'a polygon on the other side',
      r.point(-114, -25.6),
      r.polygon([21.1, -2], [17.4, 3.4], [11.8, 2.4], [7.4, -2]),
      13_026_625.039_792_534,
    ],
  ])('distances to %s are exact', async (_, point, shape, metres) => {
    expect(await run(r.distance(point, shape))).toBeCloseTo(metres, 6);
  });

  examples(run, {
    'distances to a polygon are 0 inside': [r.distance(square, r.point(1, 1)), 0],
    'distances below a millimetre are exact as well': [
      r.distance(r.line([-0.000001, 1], [0.000002, -1]), r.point(0, 0)),
      0.055659745396754216,
    ],
  });

  test('circles stay within the range of longitudes', async () => {
    const corners = (await run(
      r.circle([180, 0], 1000, { numVertices: 4 }).toGeojson()('coordinates')(0),
    )) as number[][];
    const [x, y] = [179.99101684715882, 0.009043694769749644];
    const expected = [
      [-180, -y],
      [x, 0],
      [-180, y],
      [-x, 0],
      [-180, -y],
    ];
    corners.flat().forEach((degrees, i) => {
      expect(degrees).toBeCloseTo(expected.flat()[i]!, 10);
    });
  });

  test('circles have the radius that is given', async () => {
    const inside = r.circle([10, 10], 1000).intersects(r.point(10.008, 10));
    const outside = r.circle([10, 10], 1000).intersects(r.point(10.01, 10));
    expect(await run(r.expr([inside, outside]))).toEqual([true, false]);
  });
});

describe('geospatial indexes', () => {
  examples(run, {
    'geospatial indexes find the shapes that intersect a shape': [
      ids(places.getIntersecting(r.polygon([1, 0], [3, 0], [3, 3], [1, 3]), { index: 'at' })),
      ['road', 'square'],
    ],
    'geospatial indexes must be named': [
      places.getIntersecting(square),
      fails('ReqlQueryLogicError', 'get_intersecting requires an index argument.'),
    ],
    'geospatial indexes cannot be used by other queries': [
      places.getAll(1, { index: 'at' }),
      fails(
        'ReqlQueryLogicError',
        'Index `at` is a geospatial index.  Only get_nearest and get_intersecting can use a geospatial index.',
      ),
    ],
  });

  const nearest = (maxDist: number, options = {}) =>
    ids(places.getNearest(r.point(0, 0), { index: 'at', maxDist, ...options })('doc'));
  const tooLarge = (radius: string, largest = '9985163.1855612862855') =>
    fails(
      'ReqlQueryLogicError',
      'The distance has become too large for continuing the indexed nearest traversal.  Consider specifying a ' +
        'smaller `max_dist` parameter.  (Radius must be smaller than a quarter of the circumference along the ' +
        `minor axis of the reference ellipsoid.  Got ${radius}m, but must be smaller than ${largest}m.)`,
    );
  // The messages are those of a RethinkDB server.
  examples(run, {
    'geospatial indexes search a quarter of the globe': [nearest(9_100_000), ['origin', 'road', 'square']],
    'geospatial indexes do not search farther': [nearest(10_000_000), tooLarge('10968937.995244588703')],
    'geospatial indexes do not search farther for few results': [
      nearest(10_000_000, { maxResults: 1 }),
      tooLarge('10968937.995244588703'),
    ],
    'geospatial indexes search a quarter of other ellipsoids': [
      nearest(1.5, { geoSystem: 'unit_sphere' }),
      tooLarge('1.6398241834429769792', '1.570796326794896558'),
    ],
  });

  test('geospatial indexes refuse large distances only if there are few results', async () => {
    await run(r.tableCreate('crowd'));
    const crowd = r.table('crowd');
    await run(crowd.indexCreate('at', { geo: true }));
    await run(crowd.indexWait());
    await run(
      crowd.insert(
        r
          .range(400)
          .map((i: typeof r) => ({ id: i, at: r.point(i.div(10), 0) }))
          .coerceTo('array'),
      ),
    );
    const options = { index: 'at', maxDist: 20_000_000, maxResults: 1 };
    expect(await run(crowd.getNearest(r.point(0, 0), options)('doc')('id'))).toEqual([0]);
  });

  test('geospatial indexes find the nearest shapes first', async () => {
    const near = places.getNearest(r.point(0, 0.7), { index: 'at', maxDist: 100, unit: 'km' });
    const found = (await run(near)) as { dist: number; doc: { id: string } }[];
    expect(found.map(({ doc }) => doc.id)).toEqual(['road', 'origin']);
    expect(found[1]!.dist).toBeCloseTo(77.4, 1);
  });
});
