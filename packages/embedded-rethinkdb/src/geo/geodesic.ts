import geographiclib from 'geographiclib-geodesic';
import { type Datum, isObject } from '../datum/datum.js';
import { logicError } from '../datum/reql-error.js';
import { asNumber, asString, displayNumber } from '../datum/type-checks.js';
import { getField } from '../operators/documents.js';
import type { Position } from './vector.js';

const { Geodesic, Math: Angles } = geographiclib;
const { DISTANCE, LATITUDE, LONGITUDE } = Geodesic;

/** An ellipsoid of revolution. */
export class Ellipsoid {
  readonly geodesic: InstanceType<typeof Geodesic.Geodesic>;

  /** @param a the equatorial radius in metres; @param f the flattening */
  constructor(
    readonly a: number,
    readonly f: number,
  ) {
    this.geodesic = new Geodesic.Geodesic(a, f);
  }
}

const WGS84 = new Ellipsoid(6_378_137, 1 / 298.257223563);
const UNIT_SPHERE = new Ellipsoid(1, 0);

/** The option `geo_system`. */
export function parseGeoSystem(given: Datum): Ellipsoid {
  if (isObject(given)) {
    const [a, f] = [asNumber(getField(given, 'a')), asNumber(getField(given, 'f'))];
    if (a <= 0) throw logicError('The equator radius `a` must be positive.');
    if (f < 0 || f >= 1) throw logicError('The flattening `f` must be in the range [0, 1).');
    return new Ellipsoid(a, f);
  }
  const name = asString(given);
  if (name === 'WGS84') return WGS84;
  if (name === 'unit_sphere') return UNIT_SPHERE;
  throw logicError(`Unrecognized geo system "${name}" (valid options: "WGS84", "unit_sphere").`);
}

export const DEFAULT_GEO_SYSTEM = WGS84;

const METRES: Readonly<Record<string, number>> = { m: 1, km: 1000, mi: 1609.344, nm: 1852, ft: 0.3048 };

/** The length in metres of the unit that the option `unit` names. */
export function metresPer(unit: string): number {
  const metres = Object.hasOwn(METRES, unit) ? METRES[unit] : undefined;
  if (metres !== undefined) return metres;
  throw logicError(`Unrecognized distance unit \`${unit}\`.`);
}

/** The length of the shortest path between two points, in metres. */
export function geodesicDistance(from: Position, to: Position, { geodesic }: Ellipsoid): number {
  // RethinkDB's older version of the library rounds the longitude between the points (to a picometre).
  const east = Angles.AngRound(Angles.AngDiff(from[0], to[0]).d);
  return geodesic.Inverse(from[1], 0, to[1], east, DISTANCE).s12 ?? Number.NaN;
}

/** The point at a distance (metres) and an azimuth (degrees from north). */
function pointAtDistance(
  from: Position,
  distance: number,
  azimuth: number,
  { geodesic }: Ellipsoid,
): Position {
  const { lon2 = Number.NaN, lat2 = Number.NaN } = geodesic.Direct(
    from[1],
    from[0],
    azimuth,
    distance,
    LATITUDE | LONGITUDE,
  );
  return [lon2 === 180 ? -180 : lon2, lat2];
}

/** The corners of a regular polygon around a point, the first one repeated at the end. */
export function circleAround(
  centre: Position,
  radius: number,
  corners: number,
  system: Ellipsoid,
): Position[] {
  checkRadius(radius, system);
  const ring = Array.from({ length: corners }, (_, i) =>
    pointAtDistance(centre, radius, -180 + (360 / corners) * i, system),
  );
  return [...ring, ...ring.slice(0, 1)];
}

/** @throws ReqlError LOGIC for a circle that does not fit on half of the ellipsoid */
export function checkRadius(radius: number, { a, f }: Ellipsoid): void {
  if (radius <= 0) throw logicError('Radius must be positive');
  const largest = 0.5 * Math.PI * Math.min(a, (1 - f) * a);
  if (radius < largest) return;
  throw logicError(
    'Radius must be smaller than a quarter of the circumference along the minor axis of the reference ' +
      `ellipsoid.  Got ${displayNumber(radius)}m, but must be smaller than ${displayNumber(largest)}m.`,
  );
}
