import { r } from '../../tests/support/driver.js';
import type { Area } from '../area.js';
import { Region } from './shapes.js';

const ROWS = 600;

export const SPATIAL_INDEXES: readonly Area[] = [
  {
    name: 'spatial indexes',
    isUnordered: true,
    prepare: (random) => {
      const places = r.table('places');
      const rows = random.list(ROWS, (id) => {
        const region = new Region(random);
        return { id, at: region.shape(), all: [region.shape(), r.point(...region.position())] };
      });
      return [
        r.tableCreate('places'),
        places.indexCreate('at', { geo: true }),
        places.indexCreate('all', { geo: true, multi: true }),
        places.indexWait(),
        ...rows.map((row) => places.insert(row)),
      ];
    },
    generate: (random) => {
      const region = new Region(random);
      const index = random.pick(['at', 'all']);
      if (random.chance(60)) return r.table('places').getIntersecting(region.shape(), { index })('id');
      const maxDist = random.pick([1, 1000, 50_000, 500_000, 5_000_000]);
      const maxResults = random.pick([1, 3, 1000]);
      const point = r.point(...region.position());
      const found = r.table('places').getNearest(point, { index, maxDist, maxResults });
      // Which of several rows at the same distance is found is not defined.
      return maxResults < ROWS ? found('dist') : found.map((x: typeof r) => [x('dist'), x('doc')('id')]);
    },
  },
];
