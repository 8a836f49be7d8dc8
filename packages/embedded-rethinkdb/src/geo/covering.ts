import { Cell } from './cells.js';
import type { Shape } from './shape.js';
import { edgesOf, toVector, type Vector } from './vector.js';

/**
 * Cells that together contain a shape: one for a point, otherwise at most `maxCells` (at least 6). Cells next to the shape's
 * boundary may be included, too few never are.
 */
export function coveringOf(shape: Shape, maxCells: number): Cell[] {
  return classifiedCovering(shape, maxCells).map(({ cell }) => cell);
}

/** The same. Cells that are `isInside` lie completely inside the shape. */
export function classifiedCovering(shape: Shape, maxCells: number): { cell: Cell; isInside: boolean }[] {
  switch (shape.kind) {
    case 'Point':
      return [{ cell: Cell.leafOf(toVector(shape.at)), isInside: false }];
    case 'LineString':
      return coverEdges(edgesOf(shape.vectors), () => false, maxCells);
    case 'Polygon': {
      const edges = shape.region.loops.flatMap(({ loop }) => loop.edges());
      return coverEdges(edges, (point) => shape.region.hasPoint(point), maxCells);
    }
  }
}

/** Cells that contain all points within an angle (radians) of a point. */
export function coveringOfCap(centre: Vector, angle: number, maxCells: number): Cell[] {
  const start = startingCells([centre], angle);
  const narrow = (cell: Cell) => (cell.mayMeetCap(centre, angle) ? null : undefined);
  return cover(start, null, narrow, maxCells).map(({ cell }) => cell);
}

type Edge = readonly [Vector, Vector];

/** The edges in a cell; `inside` for a cell that has no edges and lies inside the region. */
type Content = readonly Edge[] | 'inside';

function coverEdges(edges: readonly Edge[], isInside: (point: Vector) => boolean, maxCells: number) {
  if (edges.length === 0) return [];
  const narrow = (cell: Cell, content: Content): Content | undefined => {
    if (content === 'inside') return content;
    const own = content.filter(([from, to]) => cell.mayMeetEdge(from, to));
    if (own.length > 0) return own;
    return isInside(cell.centre) ? 'inside' : undefined;
  };
  const corners = edges.flat();
  const found = cover<Content>(startingCells(corners, 0), edges, narrow, maxCells);
  return found.map(({ cell, part }) => ({ cell, isInside: part === 'inside' }));
}

/** The smallest cell that surrounds all points, or the faces. Cells are convex, so that it also has the edges between them. */
function startingCells(points: readonly Vector[], angle: number): Cell[] {
  const [first] = points;
  if (first === undefined) return [];
  for (const cell of Cell.leafOf(first).ancestors()) {
    if (points.every((point) => cell.surrounds(point, angle))) return [cell];
  }
  return Cell.faces();
}

/**
 * Divides the largest cells until there are `maxCells`.
 * @param narrow the part of the content that lies in a cell; undefined if none does
 */
function cover<Part>(
  start: readonly Cell[],
  whole: Part,
  narrow: (cell: Cell, content: Part) => Part | undefined,
  maxCells: number,
): { cell: Cell; part: Part }[] {
  const within = (cells: readonly Cell[], content: Part) =>
    cells.flatMap((cell) => {
      const part = narrow(cell, content);
      return part === undefined ? [] : [{ cell, part }];
    });
  const open = within(start, whole);
  const done: { cell: Cell; part: Part }[] = [];
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    const { cell, part } = next;
    const parts = cell.isLeaf || part === 'inside' ? [] : within(cell.children(), part);
    if (parts.length === 0 || done.length + open.length + parts.length > maxCells) done.push(next);
    else open.push(...parts);
  }
  return done;
}
