import { type Datum, REQL_TYPE } from '../../datum/datum.js';
import { logicError } from '../../datum/reql-error.js';
import { asPseudotype, asString } from '../../datum/type-checks.js';
import { distanceTo } from '../../geo/distance.js';
import {
  circleAround,
  DEFAULT_GEO_SYSTEM,
  type Ellipsoid,
  metresPer,
  parseGeoSystem,
} from '../../geo/geodesic.js';
import { documentsIntersecting, geoIndex, nearestDocuments } from '../../geo/index-queries.js';
import { includes, intersects } from '../../geo/relations.js';
import {
  makeLine,
  makePoint,
  makePolygon,
  parseGeoJson,
  parsePoint,
  type Shape,
  toShape,
  wrongShape,
} from '../../geo/shape.js';
import type { Position } from '../../geo/vector.js';
import { Determinism, toDatum } from '../../runtime/row-function.js';
import { Selection } from '../../runtime/selection.js';
import { Stream } from '../../runtime/stream.js';
import type { Value } from '../../runtime/value.js';
import type { Arguments } from '../arguments.js';
import { onObjectOrSequence } from '../object-or-sequence.js';
import type { Chapter } from '../term.js';

/** Floating point geometry may differ between servers: functions of indexes must not use it. */
const determinism = Determinism.singleServer;
const MANY = Number.POSITIVE_INFINITY;

export const GEOSPATIAL = {
  POINT: { args: [2, 2], evaluate: (args) => makePoint([args.number(0), args.number(1)]) },
  LINE: { args: [2, MANY], determinism, evaluate: (args) => makeLine(positions(args)) },
  POLYGON: { args: [3, MANY], determinism, evaluate: (args) => makePolygon(positions(args)) },

  CIRCLE: {
    args: [2, 2],
    optargs: ['geo_system', 'unit', 'fill', 'num_vertices'],
    determinism,
    evaluate: (args) => {
      const corners = args.optionAs('num_vertices', positiveInteger('num_vertices')) ?? 32;
      const radius = args.number(1) * unitOf(args);
      const ring = circleAround(parsePoint(args.datum(0)), radius, corners, systemOf(args));
      return (args.booleanOption('fill') ?? true) ? makePolygon(ring) : makeLine(ring);
    },
  },

  FILL: {
    args: [1, 1],
    determinism,
    evaluate: (args) => {
      const shape = geometry(args, 0);
      if (shape.kind !== 'LineString') throw wrongShape('LineString', shape);
      return makePolygon(shape.points);
    },
  },

  POLYGON_SUB: {
    args: [2, 2],
    determinism,
    evaluate: (args) => {
      const [outer, inner] = [plainPolygon(args, 0), plainPolygon(args, 1)];
      if (!includes(outer, inner)) {
        throw logicError('The second argument to `polygon_sub` is not contained in the first one.');
      }
      return makePolygon(outer.rings[0]!, [inner.rings[0]!]);
    },
  },

  GEOJSON: {
    args: [1, 1],
    determinism,
    evaluate: (args) => {
      const { bbox: _, ...json } = args.object(0);
      parseGeoJson(json);
      if (Object.hasOwn(json, REQL_TYPE)) throw logicError('GeoJSON object already had a $reql_type$ field.');
      return { [REQL_TYPE]: 'GEOMETRY', ...json };
    },
  },

  TO_GEOJSON: {
    args: [1, 1],
    evaluate: (args) => {
      const { [REQL_TYPE]: _, ...json } = asPseudotype('GEOMETRY', args.datum(0));
      return json;
    },
  },

  DISTANCE: {
    args: [2, 2],
    optargs: ['geo_system', 'unit'],
    determinism,
    evaluate: (args) => {
      const [a, b] = [geometry(args, 0), geometry(args, 1)];
      const [point, other] = a.kind === 'Point' ? [a, b] : [b, a];
      if (point.kind !== 'Point') throw wrongShape('Point', point);
      return distanceTo(point.at, other, systemOf(args)) / unitOf(args);
    },
  },

  INTERSECTS: {
    args: [2, 2],
    determinism,
    onGroups: 'transform',
    evaluate: (args) => related(args, 'intersects', intersects),
  },
  INCLUDES: {
    args: [2, 2],
    determinism,
    onGroups: 'transform',
    evaluate: (args) => related(args, 'includes', includes),
  },

  GET_INTERSECTING: {
    args: [2, 2],
    optargs: ['index'],
    determinism,
    evaluate: (args) => {
      const table = args.table(0);
      const index = geoIndex(table, args.stringOption('index'), 'get_intersecting');
      const shape = geometry(args, 1);
      return new Selection(table, new Stream(() => documentsIntersecting(table, index, shape)));
    },
  },

  GET_NEAREST: {
    args: [2, 2],
    optargs: ['index', 'max_results', 'max_dist', 'geo_system', 'unit'],
    determinism,
    evaluate: (args) => {
      const table = args.table(0);
      const index = geoIndex(table, args.stringOption('index'), 'get_nearest');
      const metresPerUnit = unitOf(args);
      const maxDistance = args.optionAs('max_dist', positive('max_dist'));
      const options = {
        system: systemOf(args),
        metresPerUnit,
        maxDistance: maxDistance === undefined ? 100_000 : maxDistance * metresPerUnit,
        maxResults: args.optionAs('max_results', positiveInteger('max_results')) ?? 100,
      };
      return nearestDocuments(table, index, parsePoint(args.datum(1)), options, args.limits);
    },
  },
} satisfies Chapter;

function positions(args: Arguments): Position[] {
  return args.data(0).map(parsePoint);
}

function geometry(args: Arguments, position: number): Shape {
  const datum = args.datum(position);
  return args.at(position, () => toShape(datum));
}

function plainPolygon(args: Arguments, position: number): Shape & { kind: 'Polygon' } {
  const shape = geometry(args, position);
  if (shape.kind !== 'Polygon') {
    throw args.blame(position, logicError(`Expected a Polygon but found a ${shape.kind}.`));
  }
  if (shape.rings.length <= 1) return shape;
  const why = 'Expected a Polygon with only an outer shell.  This one has holes.';
  throw args.blame(position, logicError(why));
}

function systemOf(args: Arguments): Ellipsoid {
  return args.optionAs('geo_system', (value) => parseGeoSystem(toDatum(value))) ?? DEFAULT_GEO_SYSTEM;
}

function unitOf(args: Arguments): number {
  return args.optionAs('unit', (value) => metresPer(asString(toDatum(value)))) ?? 1;
}

function positive(option: string) {
  return (value: Value): number => {
    const number = toDatum(value);
    if (typeof number === 'number' && number > 0) return number;
    throw logicError(`${option} must be positive.`);
  };
}

function positiveInteger(option: string) {
  const check = positive(option);
  return (value: Value): number => Math.trunc(check(value));
}

function related(args: Arguments, name: string, holds: (a: Shape, b: Shape) => boolean): Value {
  const apply = (object: Datum) => holds(toShape(object), geometry(args, 1));
  const term = { name, mode: 'filter', deterministic: true, pseudotypes: ['GEOMETRY'], apply } as const;
  return onObjectOrSequence(args.value(0), term, args.limits, (error) => args.blame(0, error));
}
