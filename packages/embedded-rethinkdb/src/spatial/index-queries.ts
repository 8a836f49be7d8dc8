import type { Datum, DatumObject } from '../datum/datum.js';
import { logicError } from '../datum/reql-error.js';
import { boundingCap, mayMeet } from '../geo/bounding-cap.js';
import { rangesMeeting } from '../geo/cells.js';
import { classifiedCovering } from '../geo/covering.js';
import type { Ellipsoid } from '../geo/ellipsoid.js';
import { intersects } from '../geo/relations.js';
import { type Shape, toShape } from '../geo/shape.js';
import type { Position } from '../geo/vector.js';
import { checkArraySize, type Limits } from '../runtime/limits.js';
import { findIndex } from '../runtime/table-slice.js';
import { scanCells } from '../storage/scan-cells.js';
import type { SecondaryIndex } from '../storage/secondary-index.js';
import type { Table } from '../storage/table.js';
import { reachError, searchAround } from './search-around.js';

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

/** More cells are read with fewer documents that do not match. */
const CELLS_PER_QUERY = 32;

/** The documents whose geometry intersects a shape. */
export function* documentsIntersecting(table: Table, index: SecondaryIndex, shape: Shape): Iterable<Datum> {
  const cap = boundingCap(shape);
  const covering = classifiedCovering(shape, CELLS_PER_QUERY);
  const inner = covering.filter(({ isInside }) => isInside).map(({ cell }) => cell.range);
  const isWanted = (value: Datum, cell: number | undefined) => {
    if (cell !== undefined && inner.some(({ from, to }) => from <= cell && cell <= to)) return true;
    const found = toShape(value);
    return mayMeet(boundingCap(found), cap) && intersects(found, shape);
  };
  const ranges = rangesMeeting(covering.map(({ cell }) => cell));
  yield* scanCells(table, index, ranges, isWanted);
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
  const error = reachError(maxDistance, system);
  const wanted = error === undefined ? maxResults : PIECES * maxResults;
  const found = searchAround(table, index, centre, { wanted, maxDistance, system });
  if (error !== undefined && found.length < wanted) throw error;
  const nearest = found.slice(0, maxResults);
  checkArraySize(nearest.length, limits);
  return nearest.map(({ metres, doc }) => ({ dist: metres / metresPerUnit, doc }));
}
