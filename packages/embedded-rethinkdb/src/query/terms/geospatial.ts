import { type Datum, type DatumObject, isObject, REQL_TYPE } from '../../datum/datum.js';
import { sanitizeGeometry } from '../../datum/geometry.js';
import { logicError } from '../../datum/reql-error.js';
import { asInteger, asNumber, asPseudotype } from '../../datum/type-checks.js';
import { distanceTo } from '../../geo/distance.js';
import type { Ellipsoid } from '../../geo/ellipsoid.js';
import {
  checkAxes,
  circleAround,
  DEFAULT_GEO_SYSTEM,
  metresPer,
  parseGeoSystem,
} from '../../geo/geodesic.js';
import { includes, intersects } from '../../geo/relations.js';
import {
  makeLine,
  makePoint,
  makePolygon,
  makePolygonOf,
  parseGeoJson,
  parsePoint,
  type Shape,
  toShape,
  wrongShape,
} from '../../geo/shape.js';
import type { Position } from '../../geo/vector.js';
import { checkArraySize } from '../../runtime/limits.js';
import { Determinism, toDatum } from '../../runtime/row-function.js';
import { Selection } from '../../runtime/selection.js';
import { Stream } from '../../runtime/stream.js';
import type { Value } from '../../runtime/value.js';
import { documentsIntersecting, geoIndex, nearestDocuments } from '../../spatial/index-queries.js';
import type { Arguments } from '../arguments.js';
import { onObjectOrSequence } from '../object-or-sequence.js';
import type { Chapter } from '../term.js';

/** Floating point geometry may differ between servers: functions of indexes must not use it. */
const determinism = Determinism.singleServer;
const MANY = Number.POSITIVE_INFINITY;
const DEFAULT_MAX_DISTANCE_METRES = 100_000;
const DEFAULT_MAX_RESULTS = 100;

export const GEOSPATIAL = {
  POINT: { args: [2, 2], evaluate: (args) => makePoint([args.number(0), args.number(1)]) },
  LINE: { args: [2, MANY], determinism, evaluate: (args) => makeLine(positions(args)) },
  POLYGON: { args: [3, MANY], determinism, evaluate: (args) => makePolygon(positions(args)) },

  CIRCLE: {
    args: [2, 2],
    optargs: ['geo_system', 'unit', 'fill', 'num_vertices'],
    determinism,
    evaluate: (args) => {
      args.values(0);
      const isFilled = args.booleanOption('fill') ?? true;
      const corners =
        args.optionAs('num_vertices', (value) => positive('num_vertices', toUnsigned(value))) ?? 32;
      const [system, unit] = [systemOf(args), unitOf(args)];
      const centre = parsePoint(args.datum(0));
      checkArraySize(corners + 1, args.limits);
      const ring = circleAround(centre, args.number(1) * unit, corners, system);
      return isFilled ? makePolygon(ring) : makeLine(ring);
    },
  },

  FILL: {
    args: [1, 1],
    determinism,
    evaluate: (args) => {
      const shape = toShape(geometry(args, 0));
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
      return makePolygonOf([...outer.rings, ...inner.rings.slice(0, 1)]);
    },
  },

  GEOJSON: {
    args: [1, 1],
    determinism,
    evaluate: (args) => {
      const json = args.object(0);
      parseGeoJson(json);
      if (Object.hasOwn(json, REQL_TYPE)) throw logicError('GeoJSON object already had a $reql_type$ field.');
      const { bbox: _, ...more } = json;
      return sanitizeGeometry({ [REQL_TYPE]: 'GEOMETRY', ...more });
    },
  },

  TO_GEOJSON: {
    args: [1, 1],
    evaluate: (args) => {
      const { [REQL_TYPE]: _, ...json } = geometry(args, 0);
      return json;
    },
  },

  DISTANCE: {
    args: [2, 2],
    optargs: ['geo_system', 'unit'],
    determinism,
    evaluate: (args) => {
      args.values(0);
      const [system, unit] = [systemOf(args), unitOf(args)];
      const [a, b] = [toShape(geometry(args, 0)), toShape(geometry(args, 1))];
      const [point, other] = a.kind === 'Point' ? [a, b] : [b, a];
      if (point.kind !== 'Point') throw wrongShape('Point', point);
      return distanceTo(point.at, other, system) * (1 / unit);
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
      const shape = toShape(geometry(args, 1));
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
      const centre = parsePoint(args.datum(1));
      const [system, metresPerUnit] = [systemOf(args), unitOf(args)];
      const maxDistance = args.optionAs('max_dist', (value) =>
        positive('max_dist', asNumber(toDatum(value)) * metresPerUnit),
      );
      const maxResults = args.optionAs('max_results', (value) =>
        positive('max_results', asInteger(toDatum(value))),
      );
      const options = {
        system,
        metresPerUnit,
        maxDistance: maxDistance ?? DEFAULT_MAX_DISTANCE_METRES,
        maxResults: maxResults ?? DEFAULT_MAX_RESULTS,
      };
      return nearestDocuments(table, index, centre, options, args.limits);
    },
  },
} satisfies Chapter;

function positions(args: Arguments): Position[] {
  return args.data(0).map(parsePoint);
}

function geometry(args: Arguments, position: number): DatumObject {
  const datum = args.datum(position);
  return args.at(position, () => asPseudotype('GEOMETRY', datum));
}

function plainPolygon(args: Arguments, position: number): Shape & { kind: 'Polygon' } {
  const shape = toShape(geometry(args, position));
  if (shape.kind !== 'Polygon') {
    throw args.blame(position, logicError(`Expected a Polygon but found a ${shape.kind}.`));
  }
  if (shape.rings.length <= 1) return shape;
  const why = 'Expected a Polygon with only an outer shell.  This one has holes.';
  throw args.blame(position, logicError(why));
}

function systemOf(args: Arguments): Ellipsoid {
  const given = args.option('geo_system');
  if (given === undefined) return DEFAULT_GEO_SYSTEM;
  const system = toDatum(given);
  if (isObject(system)) checkAxes(system);
  return args.optionAs('geo_system', () => parseGeoSystem(system)) ?? DEFAULT_GEO_SYSTEM;
}

function unitOf(args: Arguments): number {
  return metresPer(args.stringOption('unit') ?? 'm');
}

function positive(option: string, number: number): number {
  if (number > 0) return number;
  throw logicError(`${option} must be positive.`);
}

function toUnsigned(value: Value): number {
  const number = asInteger(toDatum(value));
  if (number >= 0 && number < 2 ** 32) return number;
  throw logicError(`Integer too large: ${number}`);
}

function related(args: Arguments, name: string, holds: (a: Shape, b: Shape) => boolean): Value {
  const apply = (object: Datum) => holds(toShape(object), toShape(geometry(args, 1)));
  const term = { name, mode: 'filter', deterministic: true, pseudotypes: ['GEOMETRY'], apply } as const;
  return onObjectOrSequence(args.value(0), term, args.limits, (error) => args.blame(0, error));
}
