import { type Datum, type DatumObject, isObject, REQL_TYPE } from '../datum/datum.js';
import { logicError } from '../datum/reql-error.js';
import { asArray, asNumber, asObject, asPseudotype, asString, displayNumber } from '../datum/type-checks.js';
import { getField } from '../operators/documents.js';
import { isSimpleRing, isUsableLine } from './plane.js';
import type { Position } from './vector.js';

/** The shape of a GEOMETRY pseudotype. The first ring of a polygon is its shell, the others are holes. */
export type Shape =
  | { readonly kind: 'Point'; readonly at: Position }
  | { readonly kind: 'LineString'; readonly points: readonly Position[] }
  | { readonly kind: 'Polygon'; readonly rings: readonly (readonly Position[])[] };

/** Parses a GeoJSON object. @throws ReqlError LOGIC with RethinkDB's text */
export function parseGeoJson(json: Datum): Shape {
  const object = asObject(json);
  if (isObject(object.crs)) {
    throw logicError(
      'Non-default coordinate reference systems are not supported in GeoJSON objects.  ' +
        'Make sure the `crs` field of the geometry is null or non-existent.',
    );
  }
  const type = asString(getField(object, 'type'));
  const coordinates = asArray(getField(object, 'coordinates'));
  switch (type) {
    case 'Point':
      return { kind: 'Point', at: parsePosition(coordinates) };
    case 'LineString':
      return { kind: 'LineString', points: parseLine(coordinates) };
    case 'Polygon':
      return { kind: 'Polygon', rings: coordinates.map((ring) => parseRing(asArray(ring))) };
    default:
      throw logicError(`Unrecognized GeoJSON type \`${type}\`.`);
  }
}

/** The shape of a GEOMETRY pseudotype. */
export function toShape(geometry: Datum): Shape {
  return parseGeoJson(asPseudotype('GEOMETRY', geometry));
}

export function wrongShape(wanted: Shape['kind'], found: Shape): Error {
  return logicError(`Expected geometry of type \`${wanted}\` but found \`${found.kind}\`.`);
}

/** A point given as geometry or as a pair of coordinates. */
export function parsePoint(datum: Datum): Position {
  if (isObject(datum)) {
    const shape = toShape(datum);
    if (shape.kind !== 'Point') throw wrongShape('Point', shape);
    return shape.at;
  }
  const pair = asArray(datum);
  if (pair.length !== 2) {
    throw logicError(
      `Expected point coordinate pair.  Got ${pair.length} element array instead of a 2 element one.`,
    );
  }
  return [asNumber(pair[0] ?? null), asNumber(pair[1] ?? null)];
}

export function makePoint(at: Position): DatumObject {
  return checked('Point', [...at]);
}

export function makeLine(points: readonly Position[]): DatumObject {
  return checked(
    'LineString',
    points.map((point) => [...point]),
  );
}

/** A polygon of a shell and holes. The shell is closed if necessary. */
export function makePolygon(
  shell: readonly Position[],
  holes: readonly (readonly Position[])[] = [],
): DatumObject {
  const rings = [closed(shell), ...holes];
  return checked(
    'Polygon',
    rings.map((ring) => ring.map((point) => [...point])),
  );
}

function checked(type: Shape['kind'], coordinates: Datum): DatumObject {
  const geometry = { [REQL_TYPE]: 'GEOMETRY', coordinates, type };
  parseGeoJson(geometry);
  return geometry;
}

function closed(ring: readonly Position[]): readonly Position[] {
  const [first, last] = [ring[0], ring.at(-1)];
  if (first === undefined || last === undefined) return ring;
  return first[0] === last[0] && first[1] === last[1] ? ring : [...ring, first];
}

function parsePosition(datum: Datum): Position {
  const position = asArray(datum);
  if (position.length < 2) throw logicError('Too few coordinates.  Need at least longitude and latitude.');
  if (position.length > 3) {
    throw logicError(
      `Too many coordinates.  GeoJSON position should have no more than three coordinates, but got ${position.length}.`,
    );
  }
  if (position.length === 3) {
    throw logicError('A third altitude coordinate in GeoJSON positions was found, but is not supported.');
  }
  const [longitude, latitude] = [asNumber(position[0] ?? null), asNumber(position[1] ?? null)];
  if (Math.abs(longitude) > 180) {
    throw logicError(`Longitude must be between -180 and 180.  Got ${displayNumber(longitude)}.`);
  }
  if (Math.abs(latitude) > 90) {
    throw logicError(`Latitude must be between -90 and 90.  Got ${displayNumber(latitude)}.`);
  }
  return [longitude, latitude];
}

function parseLine(coordinates: readonly Datum[]): Position[] {
  if (coordinates.length < 2) throw logicError('GeoJSON LineString must have at least two positions.');
  const points = coordinates.map(parsePosition);
  if (!isUsableLine(points)) {
    throw logicError('Invalid LineString.  Are there antipodal or duplicate vertices?');
  }
  return points;
}

function parseRing(coordinates: readonly Datum[]): Position[] {
  if (coordinates.length < 4) throw logicError('GeoJSON LinearRing must have at least four positions.');
  const points = coordinates.map(parsePosition);
  const [first, last] = [points[0], points.at(-1)];
  if (first?.[0] !== last?.[0] || first?.[1] !== last?.[1]) {
    throw logicError('First and last vertex of GeoJSON LinearRing must be identical.');
  }
  if (!isUsableLine(points) || !isSimpleRing(points)) {
    throw logicError(
      'Invalid LinearRing.  Are there antipodal or duplicate vertices? Is it self-intersecting?',
    );
  }
  return points;
}
