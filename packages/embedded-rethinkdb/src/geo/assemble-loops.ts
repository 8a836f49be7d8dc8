import { Loop } from './loop.js';
import { compareVectors, isOrdered } from './orientation.js';
import type { Vector } from './vector.js';

/** Directed edges. An edge and its reverse remove each other. */
class EdgeSet {
  readonly #targets = new Map<string, Vector[]>();
  readonly starts: Vector[] = [];

  add(from: Vector, to: Vector): void {
    if (this.#remove(to, from)) return;
    const targets = this.#targets.get(String(from));
    if (targets === undefined) {
      this.starts.push(from);
      this.#targets.set(String(from), [to]);
    } else targets.push(to);
  }

  from(start: Vector): readonly Vector[] {
    return (this.#targets.get(String(start)) ?? []).toSorted(compareVectors);
  }

  removeAll(path: readonly Vector[]): void {
    path.forEach((to, i) => {
      const from = path.at(i - 1);
      if (from !== undefined) this.#remove(from, to);
    });
  }

  #remove(from: Vector, to: Vector): boolean {
    const key = String(from);
    const targets = this.#targets.get(key);
    const i = targets?.findIndex((target) => String(target) === String(to)) ?? -1;
    if (targets === undefined || i < 0) return false;
    targets.splice(i, 1);
    if (targets.length === 0) this.#targets.delete(key);
    return true;
  }
}

/**
 * The boundaries of the region that several loops enclose together: edges that two of them have in opposite directions
 * disappear, the others are connected to loops again, as far to the left as possible. Each is at most half of the sphere.
 * @returns undefined if edges remain
 */
export function assembleLoops(loops: readonly (Loop | undefined)[]): Loop[] | undefined {
  const edges = new EdgeSet();
  for (const loop of loops) {
    // From the last corner to the first: the order decides which loop is first.
    for (const [from, to] of loop === undefined ? [] : rotated(loop.edges()).reverse()) edges.add(from, to);
  }
  const assembled: Loop[] = [];
  for (const start of edges.starts) {
    for (let next = edges.from(start)[0]; next !== undefined; next = edges.from(start)[0]) {
      const path = pathFrom(edges, start, next);
      if (path === undefined) return undefined;
      edges.removeAll(path);
      assembled.push(new Loop(path).normalised());
    }
  }
  return assembled;
}

/** The first edge last. */
function rotated<T>([first, ...more]: readonly T[]): T[] {
  return first === undefined ? [] : [...more, first];
}

/** A closed path; undefined at a dead end. */
function pathFrom(edges: EdgeSet, start: Vector, next: Vector): Vector[] | undefined {
  const path = [start, next];
  // A path may return to its start, which is not a visited corner then.
  const places = new Map([[String(next), 1]]);
  for (let [from, at] = [start, next]; ; ) {
    let to: Vector | undefined;
    for (const target of edges.from(at)) {
      if (String(target) === String(from)) continue;
      if (to === undefined || isOrdered(from, to, target, at)) to = target;
    }
    if (to === undefined) return undefined;
    const place = places.get(String(to));
    if (place !== undefined) return path.slice(place);
    places.set(String(to), path.length);
    path.push(to);
    [from, at] = [at, to];
  }
}
