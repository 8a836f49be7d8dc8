import { type Datum, isObject } from '../../values/datum.js';
import { logicError } from '../../values/reql-error.js';
import { asNumber, asString, displayNumber } from '../datum-types.js';
import { getField } from '../documents.js';
import type { Position } from './shape.js';

/** An ellipsoid of revolution: its equatorial radius in metres and its flattening. */
export interface Ellipsoid {
  readonly a: number;
  readonly f: number;
}

const WGS84: Ellipsoid = { a: 6_378_137, f: 1 / 298.257223563 };
const UNIT_SPHERE: Ellipsoid = { a: 1, f: 0 };
const RADIANS = Math.PI / 180;

/** The option `geo_system`. */
export function parseGeoSystem(given: Datum): Ellipsoid {
  if (isObject(given)) {
    const [a, f] = [asNumber(getField(given, 'a')), asNumber(getField(given, 'f'))];
    if (a <= 0) throw logicError('The equator radius `a` must be positive.');
    if (f < 0 || f >= 1) throw logicError('The flattening `f` must be in the range [0, 1).');
    return { a, f };
  }
  const name = asString(given);
  if (name === 'WGS84') return WGS84;
  if (name === 'unit_sphere') return UNIT_SPHERE;
  throw logicError(`Unrecognized geo system "${name}" (valid options: "WGS84", "unit_sphere").`);
}

export const DEFAULT_GEO_SYSTEM = WGS84;

const METRES: Readonly<Record<string, number>> = { m: 1, km: 1000, mi: 1609.344, nm: 1852, ft: 0.3048 };

/** How many metres the unit of the option `unit` has. */
export function metresPer(unit: string): number {
  if (Object.hasOwn(METRES, unit)) return METRES[unit]!;
  throw logicError(`Unrecognized distance unit \`${unit}\`.`);
}

/**
 * The length of the shortest way between two points, in metres: Vincenty's inverse formula, exact to less than a
 * millimetre. It does not converge for nearly opposite points, where the distance on a sphere has to do.
 */
export function geodesicDistance(from: Position, to: Position, { a, f }: Ellipsoid): number {
  if (from[0] === to[0] && from[1] === to[1]) return 0;
  const b = (1 - f) * a;
  const L = (to[0] - from[0]) * RADIANS;
  const [u1, u2] = [reduced(from[1], f), reduced(to[1], f)];
  const [sin1, cos1, sin2, cos2] = [Math.sin(u1), Math.cos(u1), Math.sin(u2), Math.cos(u2)];
  let lambda = L;
  for (let i = 0; i < 200; i++) {
    const [sinL, cosL] = [Math.sin(lambda), Math.cos(lambda)];
    const sinSigma = Math.hypot(cos2 * sinL, cos1 * sin2 - sin1 * cos2 * cosL);
    if (sinSigma === 0) return 0;
    const cosSigma = sin1 * sin2 + cos1 * cos2 * cosL;
    const sigma = Math.atan2(sinSigma, cosSigma);
    const sinAlpha = (cos1 * cos2 * sinL) / sinSigma;
    const cosSqAlpha = 1 - sinAlpha ** 2;
    const cos2m = cosSqAlpha === 0 ? 0 : cosSigma - (2 * sin1 * sin2) / cosSqAlpha;
    const C = (f / 16) * cosSqAlpha * (4 + f * (4 - 3 * cosSqAlpha));
    const before = lambda;
    lambda =
      L + (1 - C) * f * sinAlpha * (sigma + C * sinSigma * (cos2m + C * cosSigma * (2 * cos2m ** 2 - 1)));
    if (Math.abs(lambda - before) < 1e-14) {
      const { A, B } = series(cosSqAlpha, a, b);
      return b * A * (sigma - deltaSigma(B, sinSigma, cosSigma, cos2m));
    }
  }
  const central = Math.acos(
    Math.sin(from[1] * RADIANS) * Math.sin(to[1] * RADIANS) +
      Math.cos(from[1] * RADIANS) * Math.cos(to[1] * RADIANS) * Math.cos(L),
  );
  return central * a;
}

/** The point at a distance (metres) and an azimuth (degrees from north): Vincenty's direct formula. */
function pointAtDistance(from: Position, distance: number, azimuth: number, { a, f }: Ellipsoid): Position {
  const b = (1 - f) * a;
  const alpha1 = azimuth * RADIANS;
  const u1 = reduced(from[1], f);
  const [sin1, cos1] = [Math.sin(u1), Math.cos(u1)];
  const sigma1 = Math.atan2(Math.tan(u1), Math.cos(alpha1));
  const sinAlpha = cos1 * Math.sin(alpha1);
  const cosSqAlpha = 1 - sinAlpha ** 2;
  const { A, B } = series(cosSqAlpha, a, b);
  let sigma = distance / (b * A);
  for (let i = 0; i < 200; i++) {
    const cos2m = Math.cos(2 * sigma1 + sigma);
    const next = distance / (b * A) + deltaSigma(B, Math.sin(sigma), Math.cos(sigma), cos2m);
    const done = Math.abs(next - sigma) < 1e-14;
    sigma = next;
    if (done) break;
  }
  const [sinS, cosS] = [Math.sin(sigma), Math.cos(sigma)];
  const phi = Math.atan2(
    sin1 * cosS + cos1 * sinS * Math.cos(alpha1),
    (1 - f) * Math.hypot(sinAlpha, sin1 * sinS - cos1 * cosS * Math.cos(alpha1)),
  );
  const lambda = Math.atan2(sinS * Math.sin(alpha1), cos1 * cosS - sin1 * sinS * Math.cos(alpha1));
  const C = (f / 16) * cosSqAlpha * (4 + f * (4 - 3 * cosSqAlpha));
  const cos2m = Math.cos(2 * sigma1 + sigma);
  const L = lambda - (1 - C) * f * sinAlpha * (sigma + C * sinS * (cos2m + C * cosS * (2 * cos2m ** 2 - 1)));
  const longitude = from[0] + L / RADIANS;
  return [((longitude + 540) % 360) - 180, phi / RADIANS];
}

function reduced(latitude: number, f: number): number {
  return Math.atan((1 - f) * Math.tan(latitude * RADIANS));
}

function series(cosSqAlpha: number, a: number, b: number): { A: number; B: number } {
  const uSq = (cosSqAlpha * (a ** 2 - b ** 2)) / b ** 2;
  return {
    A: 1 + (uSq / 16384) * (4096 + uSq * (-768 + uSq * (320 - 175 * uSq))),
    B: (uSq / 1024) * (256 + uSq * (-128 + uSq * (74 - 47 * uSq))),
  };
}

function deltaSigma(B: number, sinSigma: number, cosSigma: number, cos2m: number): number {
  const third = (B / 6) * cos2m * (4 * sinSigma ** 2 - 3) * (4 * cos2m ** 2 - 3);
  return B * sinSigma * (cos2m + (B / 4) * (cosSigma * (2 * cos2m ** 2 - 1) - third));
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

function checkRadius(radius: number, { a, f }: Ellipsoid): void {
  if (radius <= 0) throw logicError('Radius must be positive');
  const largest = 0.5 * Math.PI * Math.min(a, (1 - f) * a);
  if (radius < largest) return;
  throw logicError(
    'Radius must be smaller than a quarter of the circumference along the minor axis of the reference ' +
      `ellipsoid.  Got ${displayNumber(radius)}m, but must be smaller than ${displayNumber(largest)}m.`,
  );
}
