import { logicError } from '../datum/reql-error.js';
import { checkRadius, type Ellipsoid } from './geodesic.js';

/** 10 m on earth. */
const FIRST_RADIUS = 10 / 6_378_137;

/**
 * A LOGIC error for a distance (metres) that RethinkDB cannot reach in its search for the nearest documents. It
 * searches circles that double as long as nothing is found, and draws each as an octagon around it, with some room
 * to spare: one that would be too large is an error.
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
