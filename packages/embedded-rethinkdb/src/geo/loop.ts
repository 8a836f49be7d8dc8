import {
  hasVertexCrossing,
  normalOf,
  someCrossing,
  someNormal,
  type Wedge,
  wedgeContains,
  wedgeIntersects,
  wedgeRelation,
} from './edges.js';
import { compareVectors, isOrdered, orientation } from './orientation.js';
import { angleBetween, isSameVector, unit, type Vector } from './vector.js';

/** A point whose side of each loop is known. It is close to no place and on no line of symmetry. */
const ORIGIN = unit([0.00457, 1, 0.0321]);

/** A hemisphere counts as at most half of the sphere. */
const TURNING_TOLERANCE = 1e-14;

/** Whether regions cross, and if not, whether the first may contain the second. */
type Nesting = 'crossing' | 'containing' | 'apart';

/**
 * A closed line and the region on its left. The rules for points on the boundary are those of the S2 library that RethinkDB
 * contains: each point belongs to exactly one of the regions that meet at it.
 */
export class Loop {
  readonly vertices: readonly Vector[];
  /** The vertices, and the first one again. */
  readonly boundary: readonly Vector[];
  readonly #isOriginInside: boolean;

  /** @param vertices distinct corners; the last is connected to the first */
  constructor(vertices: readonly Vector[], isOriginInside?: boolean) {
    this.vertices = vertices;
    this.boundary = [...vertices, ...vertices.slice(0, 1)];
    this.#isOriginInside = isOriginInside ?? isOriginInsideOf(this.boundary);
  }

  /** Whether corners are distinct, and edges intersect only at common corners. */
  get isValid(): boolean {
    const { vertices } = this;
    if (vertices.length < 3) return false;
    const sorted = vertices.toSorted(compareVectors);
    if (sorted.some((vertex, i) => i > 0 && isSameVector(vertex, sorted[i - 1] ?? ORIGIN))) return false;
    return !vertices.some((a, i) =>
      someCrossing(a, this.#at(i + 1), this.boundary, (_edge, _from, _to, crossing) => crossing > 0),
    );
  }

  /** The region on the other side. */
  inverted(): Loop {
    return new Loop(this.vertices.toReversed(), !this.#isOriginInside);
  }

  /** The side of the line that is at most half of the sphere. */
  normalised(): Loop {
    return this.isNormal ? this : this.inverted();
  }

  get isNormal(): boolean {
    return this.#turningAngle() >= -TURNING_TOLERANCE;
  }

  /** The edges, each once. */
  edges(): (readonly [Vector, Vector])[] {
    return this.vertices.map((from, i) => [from, this.#at(i + 1)] as const);
  }

  hasPoint(point: Vector): boolean {
    return isInside(point, this.boundary, this.#isOriginInside);
  }

  contains(other: Loop): boolean {
    const [first] = other.vertices;
    if (first === undefined || (!this.hasPoint(first) && !this.#hasCorner(first))) return false;
    if (this.#crosses(other, (own, their) => !wedgeContains(own, their))) return false;
    // Two loops whose regions together are the whole sphere contain each other's boundaries, but not each other.
    const own = this.#at(0);
    return !other.hasPoint(own) || other.#hasCorner(own);
  }

  intersects(other: Loop): boolean {
    if (other.vertices.length > this.vertices.length) return other.intersects(this);
    const first = other.#at(0);
    if (this.hasPoint(first) && !this.#hasCorner(first)) return true;
    if (this.#crosses(other, wedgeIntersects)) return true;
    const own = this.#at(0);
    return other.hasPoint(own) && !other.#hasCorner(own);
  }

  /** For loops that together do not cover the sphere. */
  nestingOf(other: Loop): Nesting {
    const found = new Set<ReturnType<typeof wedgeRelation>>();
    const isCrossing = this.#crosses(other, (own, their) => {
      found.add(wedgeRelation(own, their));
      return found.has('overlapping') || (found.has('contains') && found.has('within'));
    });
    if (isCrossing) return 'crossing';
    if (found.has('disjoint') || found.has('within')) return 'apart';
    const first = other.#at(0);
    return this.hasPoint(first) || this.#hasCorner(first) ? 'containing' : 'apart';
  }

  /** Whether the loop contains another one that it does not cross and shares no edge with. */
  containsNested(other: Loop): boolean {
    const corner = other.#at(1);
    const i = this.vertices.findIndex((vertex) => isSameVector(vertex, corner));
    return i < 0 ? this.hasPoint(corner) : wedgeContains(this.#wedge(i), other.#wedge(1));
  }

  /** Whether the boundaries cross, or the regions at a common corner have a relation. */
  #crosses(other: Loop, isRelated: (own: Wedge, their: Wedge) => boolean): boolean {
    return other.vertices.some((a, k) => {
      const b = other.#at(k + 1);
      return someCrossing(
        a,
        b,
        this.boundary,
        (i, _, d, crossing) =>
          crossing > 0 || (isSameVector(b, d) && isRelated(this.#wedge(i + 1), other.#wedge(k + 1))),
      );
    });
  }

  #at(i: number): Vector {
    return this.vertices[i % this.vertices.length] ?? ORIGIN;
  }

  #wedge(i: number): Wedge {
    return [this.#at(i + this.vertices.length - 1), this.#at(i), this.#at(i + 1)];
  }

  #hasCorner(point: Vector): boolean {
    return this.vertices.some((vertex) => isSameVector(vertex, point));
  }

  /** 2π minus the area of the region. Summed up in an order that does not depend on the first corner or the direction. */
  #turningAngle(): number {
    const { vertices } = this;
    const n = vertices.length;
    let first = 0;
    for (let i = 1; i < n; i++) if (compareVectors(this.#at(i), this.#at(first)) < 0) first = i;
    const direction = compareVectors(this.#at(first + 1), this.#at(first + n - 1)) < 0 ? 1 : -1;
    let sum = 0;
    for (let k = 0; k < n; k++) {
      const i = first + n + k * direction;
      sum += turningAngle(this.#at(i - direction + n), this.#at(i + n), this.#at(i + direction + n));
    }
    return direction * sum;
  }
}

/** The change of direction at b on the way from a to c, positive to the left. */
function turningAngle(a: Vector, b: Vector, c: Vector): number {
  const angle = angleBetween(normalOf(b, a), normalOf(c, b));
  return orientation(a, b, c) > 0 ? angle : -angle;
}

/** Counts the crossings on the way from the origin. */
function isInside(point: Vector, boundary: readonly Vector[], isOriginInside: boolean): boolean {
  let inside = isOriginInside;
  someCrossing(ORIGIN, point, boundary, (_, from, to, crossing) => {
    if (crossing > 0 || hasVertexCrossing(ORIGIN, point, from, to)) inside = !inside;
    return false;
  });
  return inside;
}

/** A corner is inside if a fixed direction at it points to the left of the line. */
function isOriginInsideOf(boundary: readonly Vector[]): boolean {
  const [before, corner, after] = boundary;
  if (before === undefined || corner === undefined || after === undefined) return false;
  return isOrdered(someNormal(corner), before, after, corner) !== isInside(corner, boundary, false);
}
