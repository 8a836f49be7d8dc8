import { DEGREE, Ellipsoid, hypotenuse, normalAngle, roundSmall, TINY, unitPair } from './ellipsoid.js';
import { a1m1, c1, c1Reverted, sineSeries } from './geodesic-series.js';
import { atan2, cos, sin, sinCos } from './trigonometry.js';
import type { Position } from './vector.js';

/** Above this flattening, the reverted series is not exact enough. */
const LARGE_FLATTENING = 0.01;

/**
 * The point at a distance (metres) and an azimuth (degrees from north, -180 ≤ azimuth ≤ 180) from a point: the direct problem.
 * See ellipsoid.ts for the source.
 */
export function pointAtDistance(
  [longitude, latitude]: Position,
  distance: number,
  azimuth: number,
  ellipsoid: Ellipsoid,
): Position {
  const { b, f, f1, ep2 } = ellipsoid;
  const azi1 = roundSmall(normalAngle(azimuth));
  const lon1 = normalAngle(longitude);
  const salp1 = azi1 === -180 ? 0 : sin(azi1 * DEGREE);
  const calp1 = Math.abs(azi1) === 90 ? 0 : cos(azi1 * DEGREE);
  const phi = latitude * DEGREE;
  const [sbet1, cbet1] = ellipsoid.reduced(sin(phi), Math.abs(latitude) === 90 ? TINY : cos(phi));
  const salp0 = salp1 * cbet1;
  const calp0 = hypotenuse(calp1, salp1 * sbet1);
  const somg1 = salp0 * sbet1;
  const comg1 = sbet1 !== 0 || calp1 !== 0 ? cbet1 * calp1 : 1;
  const [ssig1, csig1] = unitPair(sbet1, comg1);
  const k2 = calp0 * calp0 * ep2;
  const eps = Ellipsoid.epsilon(k2);
  const A1m1 = a1m1(eps);
  const C1 = c1(eps);
  const B11 = sineSeries(ssig1, csig1, C1);
  const [sB11, cB11] = sinCos(B11);
  const stau1 = ssig1 * cB11 + csig1 * sB11;
  const ctau1 = csig1 * cB11 - ssig1 * sB11;
  const C3 = ellipsoid.c3(eps);
  const A3c = -f * salp0 * ellipsoid.a3(eps);
  const B31 = sineSeries(ssig1, csig1, C3);

  const tau12 = distance / (b * (1 + A1m1));
  const [stau12, ctau12] = sinCos(tau12);
  const reverted = sineSeries(
    stau1 * ctau12 + ctau1 * stau12,
    ctau1 * ctau12 - stau1 * stau12,
    c1Reverted(eps),
  );
  let sig12 = tau12 - (-reverted - B11);
  let [ssig12, csig12] = sinCos(sig12);
  if (f > LARGE_FLATTENING) {
    const ssig = ssig1 * csig12 + csig1 * ssig12;
    const csig = csig1 * csig12 - ssig1 * ssig12;
    const error = (1 + A1m1) * (sig12 + (sineSeries(ssig, csig, C1) - B11)) - distance / b;
    sig12 -= error / Math.sqrt(1 + k2 * ssig ** 2);
    [ssig12, csig12] = sinCos(sig12);
  }
  const ssig2 = ssig1 * csig12 + csig1 * ssig12;
  let csig2 = csig1 * csig12 - ssig1 * ssig12;
  const sbet2 = calp0 * ssig2;
  let cbet2 = hypotenuse(salp0, calp0 * csig2);
  if (cbet2 === 0) {
    cbet2 = TINY;
    csig2 = TINY;
  }
  const [somg2, comg2] = [salp0 * ssig2, csig2];
  const omg12 = atan2(somg2 * comg1 - comg2 * somg1, comg2 * comg1 + somg2 * somg1);
  const lam12 = omg12 + A3c * (sig12 + (sineSeries(ssig2, csig2, C3) - B31));
  const lon12 = normalAngle((lam12 / DEGREE) % 360);
  return [normalAngle(lon1 + lon12), atan2(sbet2, f1 * cbet2) / DEGREE];
}
