import type { Chapter } from '../term.js';

const unsupported = 'The embedded database has no geospatial terms: they need a RethinkDB server.';

export const GEOSPATIAL = {
  CIRCLE: { unsupported },
  DISTANCE: { unsupported },
  FILL: { unsupported },
  GEOJSON: { unsupported },
  TO_GEOJSON: { unsupported },
  GET_INTERSECTING: { unsupported },
  GET_NEAREST: { unsupported },
  INCLUDES: { unsupported },
  INTERSECTS: { unsupported },
  LINE: { unsupported },
  POINT: { unsupported },
  POLYGON: { unsupported },
  POLYGON_SUB: { unsupported },
} satisfies Chapter;
