import { type Datum, type DatumObject, isObject } from '../datum/datum.js';
import { getField } from '../datum/fields.js';
import { logicError } from '../datum/reql-error.js';
import { asNumber, asString, displayNumber } from '../datum/type-checks.js';
import { pointAtDistance } from './direct-geodesic.js';
import { Ellipsoid } from './ellipsoid.js';
import type { Position } from './vector.js';

const WGS84 = new Ellipsoid(6_378_137, 1 / 298.257223563);
const UNIT_SPHERE = new Ellipsoid(1, 0);

/** @throws ReqlError if an axis is missing or no number */
export function checkAxes(system: DatumObject): void {
  for (const name of ['a', 'f']) asNumber(getField(system, name));
}

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
