import type { Datum, DatumObject } from '../datum/datum.js';
import { logicError } from '../datum/reql-error.js';
import { checkArraySize, type Limits } from '../runtime/limits.js';
import { findIndex } from '../runtime/table-slice.js';
import type { SecondaryIndex } from '../storage/secondary-index.js';
import type { Table } from '../storage/table.js';
import { boundingCap, mayMeet } from './bounding-cap.js';
import { distanceTo } from './distance.js';
import type { Ellipsoid } from './geodesic.js';
import { intersects } from './relations.js';
import { checkReach } from './search-radius.js';
import { type Shape, toShape } from './shape.js';
import type { Position } from './vector.js';

/** The geospatial index of that name. @param term its name is part of error messages */
export function geoIndex(table: Table, name: string | undefined, term: string): SecondaryIndex {
  if (name === undefined) throw logicError(`${term} requires an index argument.`);
  const index = findIndex(table, name);
  if (index === null) throw logicError(`${term} cannot use the primary index.`);
  if (!index.geo) {
    throw logicError(
      `Index \`${name}\` is not a geospatial index.  ${term} can only be used with a geospatial index.`,
    );
  }
  return index;
}

/** The documents whose geometry intersects a shape. The whole index is scanned: it is not a spatial index. */
export function* documentsIntersecting(table: Table, index: SecondaryIndex, shape: Shape): Iterable<Datum> {
  const cap = boundingCap(shape);
  const isWanted = (value: Datum) => {
    const found = toShape(value);
    return mayMeet(boundingCap(found), cap) && intersects(found, shape);
  };
  for (const { doc } of table.scanIndex(index, {}, false, isWanted)) yield doc;
}

export interface NearestOptions {
  readonly maxDistance: number;
  readonly maxResults: number;
  readonly system: Ellipsoid;
  readonly metresPerUnit: number;
}

/** RethinkDB searches each of eight pieces of a table until it has the wanted number of results. */
const PIECES = 8;

/** The documents nearest to a point, nearest first: `{dist, doc}`. */
export function nearestDocuments(
  table: Table,
  index: SecondaryIndex,
  centre: Position,
  { maxDistance, maxResults, system, metresPerUnit }: NearestOptions,
  limits: Limits,
): DatumObject[] {
  const metresTo = (value: Datum) => distanceTo(centre, toShape(value), system, maxDistance);
  const isNear = (value: Datum) => metresTo(value) <= maxDistance;
  const found = [...table.scanIndex(index, {}, false, isNear)]
    .map(({ value, doc }) => ({ metres: metresTo(value), doc }))
    .sort((a, b) => a.metres - b.metres);
  if (found.length < PIECES * maxResults) checkReach(maxDistance, system);
  const nearest = found.slice(0, maxResults);
  checkArraySize(nearest.length, limits);
  return nearest.map(({ metres, doc }) => ({ dist: metres / metresPerUnit, doc }));
}
