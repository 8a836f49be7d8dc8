import { logicError } from '../datum/reql-error.js';
import { checkRadius, type Ellipsoid } from './geodesic.js';

/** 10 m on the earth, relative to its equatorial radius. */
const FIRST_RADIUS = 10 / 6_378_137;

/**
 * RethinkDB searches the nearest documents in circles whose radius doubles until it finds enough, each enlarged to an
 * octagon with a margin. A distance (in metres) whose octagon is too large is an error.
 * @throws ReqlError LOGIC
 */
export function checkReach(maxDistance: number, system: Ellipsoid): void {
  const distortion = system.a / ((1 - system.f) * system.a);
  for (let radius = 0; radius < maxDistance; ) {
    radius = Math.min(2 * radius || FIRST_RADIUS * system.a, maxDistance);
    try {
      checkRadius(((radius * 1.01) / Math.cos(Math.PI / 8)) * distortion, system);
    } catch (error) {
      throw logicError(
        'The distance has become too large for continuing the indexed nearest traversal.  Consider specifying ' +
          `a smaller \`max_dist\` parameter.  (${(error as Error).message})`,
      );
    }
  }
}
