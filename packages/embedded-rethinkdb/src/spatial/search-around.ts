import type { Datum, DatumObject } from '../datum/datum.js';
import { logicError, type ReqlError } from '../datum/reql-error.js';
import { rangesMeeting } from '../geo/cells.js';
import { coveringOfCap } from '../geo/covering.js';
import { Route, smallestRadius } from '../geo/distance.js';
import type { Ellipsoid } from '../geo/ellipsoid.js';
import { checkRadius } from '../geo/geodesic.js';
import { toShape } from '../geo/shape.js';
import { type Position, toVector } from '../geo/vector.js';
import { hasEntries, scanCells } from '../storage/scan-cells.js';
import type { SecondaryIndex } from '../storage/secondary-index.js';
import type { Table } from '../storage/table.js';

/** 10 m on the earth, relative to its equatorial radius. */
const FIRST_RADIUS = 10 / 6_378_137;

const CELLS_PER_CIRCLE = 12;

/** Each circle is at most this many times as wide as the one before. */
const MAX_GROWTH = 8;
const MIN_GROWTH = 1.5;

/** The next circle should have somewhat more results than wanted, if they are distributed evenly. */
const SURPLUS = 1.5;

export interface Search {
  readonly wanted: number;
  /** In metres. */
  readonly maxDistance: number;
  readonly system: Ellipsoid;
}

export interface Neighbour {
  readonly metres: number;
  readonly doc: DatumObject;
}

interface Candidate {
  readonly route: Route;
  readonly minimum: number;
  readonly doc: DatumObject;
}

/** The documents within a distance from a point, nearest first; all of them, or at least as many as wanted. */
export function searchAround(
  table: Table,
  index: SecondaryIndex,
  centre: Position,
  { wanted, maxDistance, system }: Search,
): Neighbour[] {
  const here = toVector(centre);
  const isUsed = cellProbe(table, index);
  let radius = index.hasCells ? Math.min(maxDistance, FIRST_RADIUS * system.a) : maxDistance;
  for (;;) {
    const candidates: Candidate[] = [];
    let last: Omit<Candidate, 'doc'> | undefined;
    const isNear = (geometry: Datum) => {
      const route = new Route(here, toShape(geometry), system);
      last = { route, minimum: route.minimum() };
      return last.minimum <= radius;
    };
    const angle = Math.min(Math.PI, radius / smallestRadius(system));
    const covering = rangesMeeting(coveringOfCap(here, angle, CELLS_PER_CIRCLE));
    const ranges = covering.filter(({ from, to }) => from !== to || isUsed(from));
    for (const doc of scanCells(table, index, ranges, isNear)) if (last) candidates.push({ ...last, doc });
    const found = nearestOf(candidates, wanted, radius);
    if (found.length >= wanted || radius >= maxDistance) return found;
    const needed = Math.sqrt((SURPLUS * wanted) / found.length);
    radius = Math.min(maxDistance, radius * Math.max(MIN_GROWTH, Math.min(MAX_GROWTH, needed)));
  }
}

/** The nearest candidates within a radius in order, as many as wanted or all. Distances of others are not computed. */
function nearestOf(candidates: readonly Candidate[], wanted: number, radius: number): Neighbour[] {
  const found: Neighbour[] = [];
  let [isSorted, limit] = [true, radius];
  for (const { route, minimum, doc } of candidates.toSorted((a, b) => a.minimum - b.minimum)) {
    if (found.length >= wanted) {
      if (!isSorted) found.sort(byDistance);
      isSorted = true;
      limit = found[wanted - 1]?.metres ?? radius;
      if (minimum > limit) break;
    }
    const metres = route.metres();
    if (metres > limit) continue;
    found.push({ metres, doc });
    isSorted = false;
  }
  return found.sort(byDistance);
}

function byDistance(a: Neighbour, b: Neighbour): number {
  return a.metres - b.metres;
}

/** Whether a cell has entries itself. Most large cells have none, and all circles around a point lie in the same ones. */
function cellProbe(table: Table, index: SecondaryIndex): (cell: number) => boolean {
  const known = new Map<number, boolean>();
  return (cell) => {
    const isUsed = known.get(cell) ?? hasEntries(table, index, { from: cell, to: cell });
    known.set(cell, isUsed);
    return isUsed;
  };
}

/**
 * RethinkDB searches the nearest documents in circles whose radius doubles until it finds enough, each enlarged to an
 * octagon with a margin. The error for a distance (in metres) whose octagon is too large; undefined if it is not.
 */
export function reachError(maxDistance: number, system: Ellipsoid): ReqlError | undefined {
  const distortion = system.a / ((1 - system.f) * system.a);
  for (let radius = 0; radius < maxDistance; ) {
    radius = Math.min(2 * radius || FIRST_RADIUS * system.a, maxDistance);
    try {
      checkRadius(((radius * 1.01) / Math.cos(Math.PI / 8)) * distortion, system);
    } catch (error) {
      return logicError(
        'The distance has become too large for continuing the indexed nearest traversal.  Consider specifying ' +
          `a smaller \`max_dist\` parameter.  (${(error as Error).message})`,
      );
    }
  }
  return undefined;
}
