import { DEGREE, Ellipsoid, hypotenuse, normalAngle, roundSmall, TINY, unitPair } from './ellipsoid.js';
import { a1m1, a2m1, c1, c2, sineSeries } from './geodesic-series.js';
import { atan2, cos, sin, sinCos } from './trigonometry.js';
import type { Position } from './vector.js';

const EPSILON = 2 ** -52;
const ROOT_EPSILON = Math.sqrt(EPSILON);
const NEWTON_STEPS = 20;
const ALL_STEPS = NEWTON_STEPS + 53 + 10;
const BISECTION_LIMIT = EPSILON * ROOT_EPSILON;

/** An end of a geodesic: sine and cosine of its reduced latitude β, and sqrt(1 + e'² sin² β). */
interface End {
  readonly sbet: number;
  readonly cbet: number;
  readonly dn: number;
}

interface Direction {
  readonly salp: number;
  readonly calp: number;
}

/** The length of the shortest path between two points, in metres: the inverse problem. See ellipsoid.ts for the source. */
export function geodesicDistance(from: Position, to: Position, ellipsoid: Ellipsoid): number {
  const { a, b, f, n } = ellipsoid;
  const lon12 = Math.abs(roundSmall(differenceOf(normalAngle(from[0]), normalAngle(to[0]))));
  const latitudes = [roundSmall(from[1]), roundSmall(to[1])] as const;
  // The end that is farther from the equator is the first one, and in the south.
  const [far, near] =
    Math.abs(latitudes[0]) >= Math.abs(latitudes[1]) ? latitudes : [latitudes[1], latitudes[0]];
  const sign = far < 0 ? 1 : -1;
  const [lat1, lat2] = [far * sign, near * sign];
  const [sbet1, cbet1] = ellipsoid.reduced(sin(lat1 * DEGREE), lat1 === -90 ? TINY : cos(lat1 * DEGREE));
  let [sbet2, cbet2] = ellipsoid.reduced(
    sin(lat2 * DEGREE),
    Math.abs(lat2) === 90 ? TINY : cos(lat2 * DEGREE),
  );
  // Equal and opposite latitudes are so exactly.
  if (cbet1 < -sbet1) {
    if (cbet2 === cbet1) sbet2 = sbet2 < 0 ? sbet1 : -sbet1;
  } else if (Math.abs(sbet2) === -sbet1) cbet2 = cbet1;
  const end1 = endOf(ellipsoid, sbet1, cbet1);
  const end2 = endOf(ellipsoid, sbet2, cbet2);
  const lam12 = lon12 * DEGREE;
  const slam12 = lon12 === 180 ? 0 : sin(lam12);
  if (lat1 === -90 || slam12 === 0) {
    const [ssig1, csig1, ssig2, csig2] = [sbet1, cos(lam12) * cbet1, sbet2, cbet2];
    const sig12 = arcBetween(ssig1, csig1, ssig2, csig2);
    const { s12b, m12b } = lengths(n, sig12, ssig1, csig1, end1.dn, ssig2, csig2, end2.dn);
    if (sig12 < 1 || m12b >= 0) return 0 + s12b * b;
  }
  if (sbet1 === 0 && (f <= 0 || lam12 <= Math.PI - f * Math.PI)) return 0 + a * lam12;
  const start = startOf(ellipsoid, end1, end2, lam12);
  return 0 + (start.length ?? solve(ellipsoid, end1, end2, lam12, start) * b);
}

/** The difference of longitudes to - from, rounded once, from -180 to 180. */
function differenceOf(from: number, to: number): number {
  const sum = -from + to;
  const back = sum - to;
  const error = -(back + from + (sum - back - to));
  if (sum - 180 + error > 0) return sum - 360 + error;
  if (sum + 180 + error <= 0) return sum + 360 + error;
  return sum + error;
}

function endOf({ ep2 }: Ellipsoid, sbet: number, cbet: number): End {
  return { sbet, cbet, dn: Math.sqrt(1 + ep2 * (sbet * sbet)) };
}

function arcBetween(s1: number, c1: number, s2: number, c2: number): number {
  return atan2(Math.max(c1 * s2 - s1 * c2, 0), c1 * c2 + s1 * s2);
}

/** Distance and reduced length, both divided by the polar semi-axis. */
function lengths(
  eps: number,
  sig12: number,
  ssig1: number,
  csig1: number,
  dn1: number,
  ssig2: number,
  csig2: number,
  dn2: number,
): { s12b: number; m12b: number } {
  const [C1, C2, A1m1, A2m1] = [c1(eps), c2(eps), a1m1(eps), a2m1(eps)];
  const AB1 = (1 + A1m1) * (sineSeries(ssig2, csig2, C1) - sineSeries(ssig1, csig1, C1));
  const AB2 = (1 + A2m1) * (sineSeries(ssig2, csig2, C2) - sineSeries(ssig1, csig1, C2));
  const J12 = (A1m1 - A2m1) * sig12 + (AB1 - AB2);
  return {
    s12b: (1 + A1m1) * sig12 + AB1,
    m12b: dn2 * (csig1 * ssig2) - dn1 * (ssig1 * csig2) - csig1 * csig2 * J12,
  };
}

/** The azimuth at the first end to begin with, or the length in metres if the line is short. */
function startOf(
  ellipsoid: Ellipsoid,
  { sbet: sbet1, cbet: cbet1 }: End,
  { sbet: sbet2, cbet: cbet2 }: End,
  lam12: number,
): Direction & { length?: number } {
  const { b, f, f1, n, ep2 } = ellipsoid;
  const sbet12 = sbet2 * cbet1 - cbet2 * sbet1;
  const cbet12 = cbet2 * cbet1 + sbet2 * sbet1;
  const sbet12a = sbet2 * cbet1 + cbet2 * sbet1;
  const isShort = cbet12 >= 0 && sbet12 < 0.5 && cbet2 * lam12 < 0.5;
  let omg12 = lam12;
  let dnm = 0;
  if (isShort) {
    const sum = (sbet1 + sbet2) ** 2;
    dnm = Math.sqrt(1 + ep2 * (sum / (sum + (cbet1 + cbet2) ** 2)));
    omg12 /= f1 * dnm;
  }
  const [somg12, comg12] = sinCos(omg12);
  let salp = cbet2 * somg12;
  let calp =
    comg12 >= 0
      ? sbet12 + (cbet2 * sbet1 * (somg12 * somg12)) / (1 + comg12)
      : sbet12a - (cbet2 * sbet1 * (somg12 * somg12)) / (1 - comg12);
  const ssig12 = hypotenuse(salp, calp);
  const csig12 = sbet1 * sbet2 + cbet1 * cbet2 * comg12;
  const shortLimit = (0.1 * ROOT_EPSILON) / Math.sqrt((Math.max(0.001, f) * Math.min(1, 1 - f / 2)) / 2);
  if (isShort && ssig12 < shortLimit) {
    return { salp, calp, length: atan2(ssig12, csig12) * b * dnm };
  }
  if (n <= 0.1 && csig12 < 0 && ssig12 < 6 * n * Math.PI * (cbet1 * cbet1)) {
    // Nearly antipodal: in coordinates with the antipode at the origin and the singular point at (-1, 0).
    const k2 = sbet1 * sbet1 * ep2;
    const lamscale = f * cbet1 * ellipsoid.a3(Ellipsoid.epsilon(k2)) * Math.PI;
    const x = (lam12 - Math.PI) / lamscale;
    const y = sbet12a / (lamscale * cbet1);
    if (y > -200 * EPSILON && x > -1 - 1000 * ROOT_EPSILON) {
      salp = Math.min(1, -x);
      calp = -Math.sqrt(1 - salp * salp);
    } else {
      const k = astroid(x, y);
      const omg12a = lamscale * ((-x * k) / (1 + k));
      const [s, c] = [sin(omg12a), -cos(omg12a)];
      salp = cbet2 * s;
      calp = sbet12a - (cbet2 * sbet1 * (s * s)) / (1 - c);
    }
  }
  if (!(salp > 0)) return { salp: 1, calp: 0 };
  const [s, c] = unitPair(salp, calp);
  return { salp: s, calp: c };
}

/** The positive root of k⁴ + 2k³ - (x² + y² - 1)k² - 2y²k - y² = 0, equation (55). */
function astroid(x: number, y: number): number {
  const [p, q] = [x * x, y * y];
  const r = (p + q - 1) / 6;
  if (q === 0 && r <= 0) return 0;
  const S = (p * q) / 4;
  const r2 = r * r;
  const r3 = r * r2;
  const discriminant = S * (S + 2 * r3);
  let u = r;
  if (discriminant >= 0) {
    const T3 = S + r3;
    const T = Math.cbrt(T3 + (T3 < 0 ? -Math.sqrt(discriminant) : Math.sqrt(discriminant)));
    u += T + (T !== 0 ? r2 / T : 0);
  } else {
    u += 2 * r * cos(atan2(Math.sqrt(-discriminant), -(S + r3)) / 3);
  }
  const v = Math.sqrt(u * u + q);
  const uv = u < 0 ? q / (v - u) : u + v;
  const w = (uv - q) / (2 * v);
  return uv / (Math.sqrt(uv + w * w) + w);
}

/** The length (divided by the polar semi-axis) by Newton's method for the azimuth at the first end, kept within a bracket. */
function solve(ellipsoid: Ellipsoid, end1: End, end2: End, lam12: number, start: Direction): number {
  let { salp: salp1, calp: calp1 } = start;
  let [salp1a, calp1a, salp1b, calp1b] = [TINY, 1, TINY, -1];
  let [isNearRoot, isBracketed] = [false, false];
  let line = lineFrom(ellipsoid, end1, end2, { salp: salp1, calp: calp1 }, true);
  for (let step = 0; step < ALL_STEPS; step++) {
    line = lineFrom(ellipsoid, end1, end2, { salp: salp1, calp: calp1 }, step < NEWTON_STEPS);
    const v = line.lam12 - lam12;
    if (isBracketed || !(Math.abs(v) >= (isNearRoot ? 8 : 2) * EPSILON)) break;
    if (v > 0 && (step > NEWTON_STEPS || calp1 / salp1 > calp1b / salp1b)) [salp1b, calp1b] = [salp1, calp1];
    else if (v < 0 && (step > NEWTON_STEPS || calp1 / salp1 < calp1a / salp1a))
      [salp1a, calp1a] = [salp1, calp1];
    if (step < NEWTON_STEPS && line.dlam12 > 0) {
      const dalp1 = -v / line.dlam12;
      const [sdalp1, cdalp1] = sinCos(dalp1);
      const next = salp1 * cdalp1 + calp1 * sdalp1;
      if (next > 0 && Math.abs(dalp1) < Math.PI) {
        [salp1, calp1] = unitPair(next, calp1 * cdalp1 - salp1 * sdalp1);
        isNearRoot = Math.abs(v) <= 16 * EPSILON;
        continue;
      }
    }
    [salp1, calp1] = unitPair((salp1a + salp1b) / 2, (calp1a + calp1b) / 2);
    isNearRoot = false;
    isBracketed =
      Math.abs(salp1a - salp1) + (calp1a - calp1) < BISECTION_LIMIT ||
      Math.abs(salp1 - salp1b) + (calp1 - calp1b) < BISECTION_LIMIT;
  }
  return line.lengths().s12b;
}

/** The difference of longitudes of the geodesic that leaves the first end in a direction, and its derivative. */
function lineFrom(
  ellipsoid: Ellipsoid,
  { sbet: sbet1, cbet: cbet1, dn: dn1 }: End,
  { sbet: sbet2, cbet: cbet2, dn: dn2 }: End,
  { salp: salp1, calp }: Direction,
  isDerivativeWanted: boolean,
) {
  const { f, f1, ep2 } = ellipsoid;
  const calp1 = sbet1 === 0 && calp === 0 ? -TINY : calp;
  const salp0 = salp1 * cbet1;
  const calp0 = hypotenuse(calp1, salp1 * sbet1);
  const [somg1, comg1] = [salp0 * sbet1, calp1 * cbet1];
  const [ssig1, csig1] = unitPair(sbet1, comg1);
  const calp2 =
    cbet2 !== cbet1 || Math.abs(sbet2) !== -sbet1
      ? Math.sqrt(
          (calp1 * cbet1) ** 2 +
            (cbet1 < -sbet1 ? (cbet2 - cbet1) * (cbet1 + cbet2) : (sbet1 - sbet2) * (sbet1 + sbet2)),
        ) / cbet2
      : Math.abs(calp1);
  const [somg2, comg2] = [salp0 * sbet2, calp2 * cbet2];
  const [ssig2, csig2] = unitPair(sbet2, comg2);
  const sig12 = arcBetween(ssig1, csig1, ssig2, csig2);
  const omg12 = arcBetween(somg1, comg1, somg2, comg2);
  const eps = Ellipsoid.epsilon(calp0 * calp0 * ep2);
  const C3 = ellipsoid.c3(eps);
  const B312 = sineSeries(ssig2, csig2, C3) - sineSeries(ssig1, csig1, C3);
  const lam12 = omg12 + salp0 * (-f * ellipsoid.a3(eps)) * (sig12 + B312);
  const ownLengths = () => lengths(eps, sig12, ssig1, csig1, dn1, ssig2, csig2, dn2);
  let dlam12 = 0;
  if (isDerivativeWanted) {
    dlam12 = calp2 === 0 ? (-2 * f1 * dn1) / sbet1 : ownLengths().m12b * (f1 / (calp2 * cbet2));
  }
  return { lam12, dlam12, lengths: ownLengths };
}
