import { assembleLoops } from './assemble-loops.js';
import { type Cut, cutsOf, distanceToEdge, nearestOnEdge } from './edges.js';
import type { Loop } from './loop.js';
import { compareVectors } from './orientation.js';
import { edgesOf, isSameVector, type Vector } from './vector.js';

interface NestedLoop {
  readonly loop: Loop;
  readonly children: NestedLoop[];
}

/** A polygon on the sphere: loops, each inside an odd number of others is a hole. */
export class Region {
  readonly loops: readonly { readonly loop: Loop; readonly isHole: boolean }[];

  /** @param rings at most half of the sphere each; the first is the shell, the others are holes */
  constructor(rings: readonly Loop[]) {
    const [shell, ...holes] = rings;
    // A ring alone has no edge that another ring removes.
    const loops =
      holes.length === 0 ? rings : assembleLoops([shell, ...holes.map((hole) => hole.inverted())]);
    const nested: NestedLoop[] = [];
    for (const loop of loops ?? []) insert({ loop, children: [] }, nested);
    this.loops = [...flattened(nested, false)];
    this.isValid = loops !== undefined && areSeparate(loops);
  }

  /** False if rings intersect. */
  readonly isValid: boolean;

  hasPoint(point: Vector): boolean {
    let isInside = false;
    for (const { loop } of this.loops) {
      if (loop.hasPoint(point)) isInside = !isInside;
      if (isInside && !this.#hasHoles) break;
    }
    return isInside;
  }

  /** The nearest point of the region; the point itself if it lies inside or on the boundary. */
  nearestTo(point: Vector): Vector {
    if (this.hasPoint(point)) return point;
    return nearestOn(
      this.loops.flatMap(({ loop }) => loop.edges()),
      point,
    );
  }

  contains(other: Region): boolean {
    if (!this.#hasHoles && !other.#hasHoles) {
      return other.loops.every((inner) => this.loops.some(({ loop }) => loop.contains(inner.loop)));
    }
    return (
      other.loops.every(({ loop, isHole }) => isHole || this.#sideOf(loop) === 'inside') &&
      this.loops.every(({ loop, isHole }) => !isHole || other.#sideOf(loop) === 'outside')
    );
  }

  intersects(other: Region): boolean {
    if (!this.#hasHoles && !other.#hasHoles) {
      return this.loops.some(({ loop }) => other.loops.some((their) => loop.intersects(their.loop)));
    }
    return this.#meetsShellOf(other) || other.#meetsShellOf(this);
  }

  /** Whether a part of a line, longer than a point, lies inside the region, or outside it. */
  hasPartOf(line: readonly Vector[], side: 'inside' | 'outside'): boolean {
    const [first] = line;
    let isWanted = first !== undefined && this.hasPoint(first) === (side === 'inside');
    for (const [from, to] of edgesOf(line)) {
      const cuts: Cut[] = this.loops.flatMap(({ loop }) => cutsOf(from, to, loop.boundary));
      if (isWanted) cuts.push({ fraction: 0, at: from });
      isWanted = cuts.length % 2 === 1;
      if (isWanted) cuts.push({ fraction: 1, at: to });
      cuts.sort((a, b) => a.fraction - b.fraction || compareVectors(a.at, b.at));
      for (let i = 0; i + 1 < cuts.length; i += 2) {
        const [start, end] = [cuts[i], cuts[i + 1]];
        if (start?.fraction !== end?.fraction || (start && end && !isSameVector(start.at, end.at)))
          return true;
      }
    }
    return false;
  }

  get #hasHoles(): boolean {
    return this.loops.some(({ isHole }) => isHole);
  }

  #sideOf(other: Loop): 'inside' | 'outside' | 'crossing' {
    let isInside = false;
    for (const { loop } of this.loops) {
      const nesting = loop.nestingOf(other);
      if (nesting === 'crossing') return 'crossing';
      if (nesting === 'containing') isInside = !isInside;
    }
    return isInside ? 'inside' : 'outside';
  }

  #meetsShellOf(other: Region): boolean {
    return other.loops.some(({ loop, isHole }) => !isHole && this.#meets(loop));
  }

  #meets(shell: Loop): boolean {
    let isInside = false;
    for (const { loop } of this.loops) {
      if (loop.contains(shell)) isInside = !isInside;
      else if (!shell.contains(loop) && loop.intersects(shell)) return true;
    }
    return isInside;
  }
}

/** The point of some edges nearest to a point. */
export function nearestOn(edges: readonly (readonly [Vector, Vector])[], point: Vector): Vector {
  let [nearest, least] = [edges[0], 10];
  for (const edge of edges) {
    const distance = distanceToEdge(point, ...edge);
    if (distance < least) [nearest, least] = [edge, distance];
  }
  return nearest === undefined ? point : nearestOnEdge(point, ...nearest);
}

/** Adds a loop below the innermost of some loops that contains it. */
function insert(added: NestedLoop, siblings: NestedLoop[]): void {
  const parent = siblings.find(({ loop }) => loop.containsNested(added.loop));
  if (parent !== undefined) {
    insert(added, parent.children);
    return;
  }
  for (const sibling of siblings.filter(({ loop }) => added.loop.containsNested(loop))) {
    added.children.push(sibling);
    siblings.splice(siblings.indexOf(sibling), 1);
  }
  siblings.push(added);
}

function* flattened(
  loops: readonly NestedLoop[],
  isHole: boolean,
): Generator<{ loop: Loop; isHole: boolean }> {
  for (const { loop, children } of loops) {
    yield { loop, isHole };
    yield* flattened(children, !isHole);
  }
}

/** Whether loops have no edge in common and do not cross. */
function areSeparate(loops: readonly Loop[]): boolean {
  const edges = loops
    .flatMap((loop) => loop.edges())
    .map(([a, b]) => [String(a), String(b)].sort().join(' '));
  if (loops.length > 1 && new Set(edges).size < edges.length) return false;
  return loops.every(
    (loop, i) => loop.isNormal && loops.slice(i + 1).every((other) => loop.nestingOf(other) !== 'crossing'),
  );
}
