import { r } from '../../tests/support/driver.js';
import type { Area } from '../area.js';
import { anyDatum } from './data.js';
import { Region } from './shapes.js';

export const GEOMETRY: readonly Area[] = [
  {
    name: 'constructors',
    generate: (random) => {
      const region = new Region(random);
      switch (random.below(6)) {
        case 0:
          return r.polygon(...region.ring());
        case 1:
          return r.line(...region.line(), region.position());
        case 2:
          return r.line(...region.ring()).fill();
        case 3:
          return region.polygon();
        case 4:
          return r.polygon(...region.ring()).polygonSub(region.polygon());
        default:
          return r.point(random.real(-200, 200), random.real(-100, 100));
      }
    },
  },
  {
    name: 'geojson',
    generate: (random) => {
      const region = new Region(random);
      const position = () =>
        random.chance(85)
          ? region.position()
          : random.pick<unknown>([
              [],
              [1],
              [1, 2, 3],
              [1, 2, 3, 4],
              [null, 1],
              ['a', 2],
              5,
              [181, 0],
              [0, -91],
              {},
            ]);
      const ring = () => {
        const corners: unknown[] = region.ring();
        if (random.chance(10)) corners.push(position());
        return random.chance(85) ? [...corners, corners[0]] : corners;
      };
      const type = random.chance(92)
        ? random.pick(['Point', 'LineString', 'Polygon'])
        : random.pick<unknown>(['MultiPoint', 'point', 1, null, '', '$reql_LatLngRect$']);
      const coordinates = () => {
        if (random.chance(6)) return anyDatum(random);
        if (type === 'Point') return position();
        if (type === 'LineString') return random.list(random.integer(0, 4), position);
        return random.list(random.pick([0, 1, 1, 1, 1, 2, 2, 3]), ring);
      };
      const json: Record<string, unknown> = { type, coordinates: coordinates() };
      if (random.chance(5)) delete json[random.pick(['type', 'coordinates'])];
      if (random.chance(8)) json.crs = random.pick<unknown>([null, {}, { type: 'name' }, 1, 'x', false]);
      if (random.chance(5)) json.bbox = [1, 2];
      if (random.chance(3)) json.more = 1;
      const term = r.geojson(r.expr(random.chance(97) ? json : anyDatum(random)));
      return random.pick([term, term, term.toGeojson(), term.typeOf(), term.info()]);
    },
  },
  {
    name: 'circle',
    generate: (random) => {
      const centre = random.chance(90)
        ? [random.real(-180, 180), random.real(-90, 90)]
        : random.pick<unknown>([
            [180, 0],
            [0, 90],
            [0, -90],
            r.point(5, 5),
            [1],
            r.line([0, 0], [1, 1]),
            'a',
            [200, 0],
          ]);
      const options: Record<string, unknown> = {};
      if (random.chance(60)) options.numVertices = random.pick([3, 4, 5, 8, 16, 1, 2, 0, -1, 1.5]);
      if (random.chance(30)) options.unit = random.pick(['m', 'km', 'mi', 'nm', 'ft', 'yd']);
      if (random.chance(20)) options.fill = random.pick([true, false]);
      if (random.chance(30)) {
        options.geoSystem = random.pick<unknown>([
          'WGS84',
          'unit_sphere',
          'x',
          { a: 6_000_000, f: 0.01 },
          { a: -1, f: 0 },
          { a: 1, f: 1 },
          { a: 1 },
        ]);
      }
      const radius = random.pick([0.5, 1, 1000, 123_456.789, 3_000_000, -1, 0, 9_900_000, 20_000_000]);
      return r.circle(centre, radius, options);
    },
  },
  {
    name: 'relations',
    generate: (random) => {
      const region = new Region(random);
      const [a, b] = [region.shape(), region.shape()];
      return random.pick([a.intersects(b), a.includes(b), region.polygon().includes(b)]);
    },
  },
  {
    name: 'distance',
    generate: (random) => {
      const region = new Region(random);
      const [a, b] = [r.point(...region.position()), region.shape()];
      const options: Record<string, unknown> = {};
      if (random.chance(20)) options.unit = random.pick(['m', 'km', 'mi', 'nm', 'ft']);
      if (random.chance(20))
        options.geoSystem = random.pick<unknown>(['unit_sphere', { a: 6_000_000, f: 0.01 }]);
      return random.chance(50) ? r.distance(a, b, options) : r.distance(b, a, options);
    },
  },
];
