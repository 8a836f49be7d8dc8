import geographiclib from 'geographiclib-geodesic';
import type { Position } from './vector.js';

const { Geodesic, Math: Angles } = geographiclib;
const { DISTANCE, LATITUDE, LONGITUDE } = Geodesic;

/** An ellipsoid of revolution, with its geodesics. */
export class Ellipsoid {
  readonly #geodesic: InstanceType<typeof Geodesic.Geodesic>;

  /** @param a the equatorial radius in metres; @param f the flattening, 0 ≤ f < 1 */
  constructor(
    readonly a: number,
    readonly f: number,
  ) {
    this.#geodesic = new Geodesic.Geodesic(a, f);
  }

  /** The length of the shortest path between two points, in metres. */
  distance(from: Position, to: Position): number {
    // RethinkDB's older version of the library rounds the longitude between the points (to a picometre).
    const east = Angles.AngRound(Angles.AngDiff(from[0], to[0]).d);
    return this.#geodesic.Inverse(from[1], 0, to[1], east, DISTANCE).s12 ?? Number.NaN;
  }

  /** The point at a distance (metres) and an azimuth (degrees from north). */
  pointAt(from: Position, distance: number, azimuth: number): Position {
    const { lon2 = Number.NaN, lat2 = Number.NaN } = this.#geodesic.Direct(
      from[1],
      from[0],
      azimuth,
      distance,
      LATITUDE | LONGITUDE,
    );
    return [lon2 === 180 ? -180 : lon2, lat2];
  }
}
