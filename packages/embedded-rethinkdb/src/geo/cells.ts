import { dot, unit, type Vector } from './vector.js';

/*
 * A quadtree on the sphere: the faces of a cube around it, projected from its centre, each divided into four quarters 22 times.
 * The edges of cells are great circles. The numbers of all cells within a cell are one interval, as in the S2 library
 * (s2geometry.io), so that one range of index keys finds all of them.
 */

const FACES = [0, 1, 2, 3, 4, 5];
const LEVELS = 22;

/** About 2.4 m on the earth: 48 bits per number. */
const LEAF_WIDTH = 2 / 2 ** LEVELS;

/** Above rounding errors; a cell includes a margin of this width. */
const MARGIN = 1e-12;

/** Cell numbers from `from` to `to`, both included. */
export interface CellRange {
  readonly from: number;
  readonly to: number;
}

export class Cell {
  /** @param id its number; @param size half the number of the numbers within it; @param u, v, width its square on the face */
  private constructor(
    readonly id: number,
    readonly size: number,
    readonly face: number,
    readonly u: number,
    readonly v: number,
    readonly width: number,
  ) {}

  static faces(): Cell[] {
    const size = 4 ** LEVELS;
    return FACES.map((face) => new Cell((2 * face + 1) * size, size, face, -1, -1, 2));
  }

  /** The smallest cell that has a point. */
  static leafOf(point: Vector): Cell {
    const face = faceOf(point);
    const [u, v, w] = onFace(point, face);
    const [column, row] = [columnOf(u / w), columnOf(v / w)];
    let place = face;
    for (let bit = 2 ** (LEVELS - 1); bit >= 1; bit /= 2) {
      place = 4 * place + (column & bit ? 2 : 0) + (row & bit ? 1 : 0);
    }
    return new Cell(2 * place + 1, 1, face, column * LEAF_WIDTH - 1, row * LEAF_WIDTH - 1, LEAF_WIDTH);
  }

  get isLeaf(): boolean {
    return this.size === 1;
  }

  /** The cell itself and all cells within it. */
  get range(): CellRange {
    return { from: this.id - this.size + 1, to: this.id + this.size - 1 };
  }

  get centre(): Vector {
    const half = this.width / 2;
    return this.#vector(this.u + half, this.v + half);
  }

  children(): Cell[] {
    const [size, width] = [this.size / 4, this.width / 2];
    return [0, 1, 2, 3].map(
      (k) =>
        new Cell(
          this.id - this.size + (2 * k + 1) * size,
          size,
          this.face,
          this.u + (k & 2 ? width : 0),
          this.v + (k & 1 ? width : 0),
          width,
        ),
    );
  }

  /** The cells that contain this one, the smallest first. */
  *ancestors(): Generator<Cell> {
    let [{ id, size, u, v, width }, { face }] = [this, this];
    for (; size < 4 ** LEVELS; ) {
      size *= 4;
      width *= 2;
      id = Math.floor(id / (2 * size)) * 2 * size + size;
      u = Math.floor((u + 1) / width) * width - 1;
      v = Math.floor((v + 1) / width) * width - 1;
      yield new Cell(id, size, face, u, v, width);
    }
  }

  /** Whether all points within an angle (radians) of a point lie inside, clear of the boundary. */
  surrounds(point: Vector, angle: number): boolean {
    if (2 * angle > this.width) return false;
    const distance = Math.sin(angle) + MARGIN;
    const [west, east, south, north] = this.#sides(point);
    const isClear = (side: number, at: number) => side > distance * Math.sqrt(1 + at * at);
    return (
      isClear(west, this.u) &&
      isClear(east, this.u + this.width) &&
      isClear(south, this.v) &&
      isClear(north, this.v + this.width)
    );
  }

  /** Whether a part of an edge may lie inside. Clips the straight line between its ends. */
  mayMeetEdge(from: Vector, to: Vector): boolean {
    const axis = this.face % 3;
    const [i, j] = [(axis + 1) % 3, (axis + 2) % 3];
    const sign = this.face < 3 ? 1 : -1;
    const [u0, v0, w0] = [from[i] ?? 0, from[j] ?? 0, sign * (from[axis] ?? 0)];
    const [u1, v1, w1] = [to[i] ?? 0, to[j] ?? 0, sign * (to[axis] ?? 0)];
    const [right, top] = [this.u + this.width, this.v + this.width];
    const part = new Part();
    return (
      part.clip(u0 - this.u * w0, u1 - this.u * w1) &&
      part.clip(right * w0 - u0, right * w1 - u1) &&
      part.clip(v0 - this.v * w0, v1 - this.v * w1) &&
      part.clip(top * w0 - v0, top * w1 - v1)
    );
  }

  /** Whether a part of the cell may be within an angle (radians) of a point. */
  mayMeetCap(point: Vector, angle: number): boolean {
    const { centre, u, v, width } = this;
    const nearest = (at: number) =>
      at <= 0 && at + width >= 0 ? 0 : Math.min(Math.abs(at), Math.abs(at + width));
    // A distance on the face, seen from the centre of the sphere.
    const radius = (width * Math.SQRT1_2) / Math.sqrt(1 + nearest(u) ** 2 + nearest(v) ** 2);
    const reach = radius + angle + MARGIN;
    return reach >= Math.PI || dot(centre, point) >= Math.cos(reach) - MARGIN;
  }

  /** Distances from the four planes through the cell's edges, times the lengths of their normals; positive on the inside. */
  #sides(point: Vector): [number, number, number, number] {
    const [u, v, w] = onFace(point, this.face);
    return [u - this.u * w, (this.u + this.width) * w - u, v - this.v * w, (this.v + this.width) * w - v];
  }

  #vector(u: number, v: number): Vector {
    const axis = this.face % 3;
    const vector: [number, number, number] = [0, 0, 0];
    vector[axis] = this.face < 3 ? 1 : -1;
    vector[(axis + 1) % 3] = u;
    vector[(axis + 2) % 3] = v;
    return unit(vector);
  }
}

/** The part of a line on the inner side of some planes, by fractions of the line. */
class Part {
  #first = 0;
  #last = 1;

  /** @param start, end distances of the line's ends from a plane @returns false if nothing is left */
  clip(start: number, end: number): boolean {
    const [a, b] = [start + MARGIN, end + MARGIN];
    if (a < 0 && b < 0) return false;
    if (a < 0) this.#first = Math.max(this.#first, a / (a - b));
    else if (b < 0) this.#last = Math.min(this.#last, a / (a - b));
    return this.#first <= this.#last;
  }
}

function faceOf(point: Vector): number {
  const [x, y, z] = point.map(Math.abs) as [number, number, number];
  const axis = x >= y && x >= z ? 0 : y >= z ? 1 : 2;
  return (point[axis] ?? 0) >= 0 ? axis : axis + 3;
}

/** The coordinates in the plane of a face, and the one towards the face. */
function onFace(point: Vector, face: number): Vector {
  const axis = face % 3;
  const towards = point[axis] ?? 0;
  return [point[(axis + 1) % 3] ?? 0, point[(axis + 2) % 3] ?? 0, face < 3 ? towards : -towards];
}

function columnOf(coordinate: number): number {
  const column = Math.floor((coordinate + 1) / LEAF_WIDTH);
  return Math.max(0, Math.min(2 ** LEVELS - 1, column));
}

/** The numbers of the cells that contain a cell, the smallest first. */
function* idsAround({ id, size }: Cell): Generator<number> {
  for (let around = 4 * size; around <= 4 ** LEVELS; around *= 4) {
    yield Math.floor(id / (2 * around)) * 2 * around + around;
  }
}

/** The numbers of the cells that have a part in common with one of some cells, in ascending order. */
export function rangesMeeting(cells: readonly Cell[]): CellRange[] {
  const larger = new Set<number>();
  for (const cell of cells) {
    for (const id of idsAround(cell)) {
      if (larger.has(id)) break;
      larger.add(id);
    }
  }
  const ranges = [...cells.map(({ range }) => range), ...[...larger].map((id) => ({ from: id, to: id }))];
  const merged: CellRange[] = [];
  for (const range of ranges.sort((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last === undefined || range.from > last.to + 1) merged.push(range);
    else merged[merged.length - 1] = { from: last.from, to: Math.max(last.to, range.to) };
  }
  return merged;
}
