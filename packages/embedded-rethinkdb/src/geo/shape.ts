import { type Datum, type DatumObject, isObject, REQL_TYPE } from '../datum/datum.js';
import { getField } from '../datum/fields.js';
import { logicError } from '../datum/reql-error.js';
import { asArray, asNumber, asObject, asPseudotype, asString, displayNumber } from '../datum/type-checks.js';
import { Loop } from './loop.js';
import { Region } from './region.js';
import { edgesOf, isSameVector, negative, type Position, toVector, type Vector } from './vector.js';

/** The shape of a GEOMETRY pseudotype. The first ring of a polygon is its shell, the others are holes. */
export type Shape =
  | { readonly kind: 'Point'; readonly at: Position }
  | { readonly kind: 'LineString'; readonly points: readonly Position[]; readonly vectors: readonly Vector[] }
  | { readonly kind: 'Polygon'; readonly rings: readonly (readonly Position[])[]; readonly region: Region };

/** Types of the standard that RethinkDB refuses. */
const UNSUPPORTED_TYPES = new Set([
  'MultiPoint',
  'MultiLineString',
  'MultiPolygon',
  'GeometryCollection',
  'Feature',
  'FeatureCollection',
]);

/** Parses a GeoJSON object. @throws ReqlError LOGIC with RethinkDB's text */
export function parseGeoJson(json: Datum): Shape {
  const object = asObject(json);
  if ((object.crs ?? null) !== null) {
    throw logicError(
      'Non-default coordinate reference systems are not supported in GeoJSON objects.  ' +
        'Make sure the `crs` field of the geometry is null or non-existent.',
    );
  }
  const type = asString(getField(object, 'type'));
  const coordinates = getField(object, 'coordinates');
  switch (type) {
    case 'Point':
      return { kind: 'Point', at: parsePosition(coordinates) };
    case 'LineString':
      return parseLine(asArray(coordinates));
    case 'Polygon':
      return parsePolygon(asArray(coordinates));
    default:
      if (UNSUPPORTED_TYPES.has(type)) throw logicError(`GeoJSON type \`${type}\` is not supported.`);
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

/** A polygon without holes. The shell is closed if necessary. */
export function makePolygon(shell: readonly Position[]): DatumObject {
  return makePolygonOf([closed(shell)]);
}

/** A polygon of closed rings. */
export function makePolygonOf(rings: readonly (readonly Position[])[]): DatumObject {
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

function parseLine(coordinates: readonly Datum[]): Shape {
  if (coordinates.length < 2) throw logicError('GeoJSON LineString must have at least two positions.');
  const points = coordinates.map(parsePosition);
  const vectors = points.map(toVector);
  if (edgesOf(vectors).some(([a, b]) => isSameVector(a, b) || isSameVector(a, negative(b)))) {
    throw logicError('Invalid LineString.  Are there antipodal or duplicate vertices?');
  }
  return { kind: 'LineString', points, vectors };
}

function parsePolygon(coordinates: readonly Datum[]): Shape {
  const rings = coordinates.map((ring) => parseRing(asArray(ring)));
  const region = new Region(rings.map(({ loop }) => loop));
  if (!region.isValid) {
    throw logicError('Some edges in GeoJSON polygon could not be used.  Are they intersecting?');
  }
  return { kind: 'Polygon', rings: rings.map(({ points }) => points), region };
}

function parseRing(coordinates: readonly Datum[]): { points: Position[]; loop: Loop } {
  if (coordinates.length < 4) throw logicError('GeoJSON LinearRing must have at least four positions.');
  const points = coordinates.map(parsePosition);
  const vectors = points.map(toVector);
  const last = vectors.pop();
  const [first] = vectors;
  if (first === undefined || last === undefined || !isSameVector(first, last)) {
    throw logicError('First and last vertex of GeoJSON LinearRing must be identical.');
  }
  const loop = new Loop(vectors);
  if (!loop.isValid) {
    throw logicError(
      'Invalid LinearRing.  Are there antipodal or duplicate vertices? Is it self-intersecting?',
    );
  }
  return { points, loop: loop.normalised() };
}
