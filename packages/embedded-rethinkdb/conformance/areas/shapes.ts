import { r, type Term } from '../../tests/support/driver.js';
import type { Random } from '../random.js';

export type Position = [longitude: number, latitude: number];

/** Positions near each other: on a coarse grid, so that shapes often share corners and edges, or anywhere. */
export class Region {
  readonly #random: Random;
  readonly #west: number;
  readonly #south: number;
  readonly #size: number;
  readonly #onGrid: boolean;

  constructor(random: Random) {
    this.#random = random;
    this.#onGrid = random.chance(50);
    this.#size = random.pick([0.001, 0.1, 4, 8, 20, 60, 150]);
    this.#west = random.pick([0, 0, 10, -75, 176, random.integer(-180, 179)]);
    this.#south = random.pick([0, 0, 45, -33, 84, random.integer(-88, 80)]);
  }

  position(): Position {
    const random = this.#random;
    const step = () => (this.#onGrid ? (random.integer(0, 4) * this.#size) / 4 : random.real(0, this.#size));
    const longitude = this.#west + step();
    return [longitude > 180 ? longitude - 360 : longitude, Math.max(-90, Math.min(90, this.#south + step()))];
  }

  line(): Position[] {
    return this.#random.list(this.#random.integer(2, 5), () => this.position());
  }

  /** Corners around a centre, so that the ring is usually simple. */
  ring(): Position[] {
    const random = this.#random;
    if (random.chance(20)) return random.list(random.integer(3, 5), () => this.position());
    const corners = random.list(random.integer(3, 7), () => this.position());
    const [x, y] = [0, 1].map((axis) => corners.reduce((sum, at) => sum + at[axis]!, 0) / corners.length) as [
      number,
      number,
    ];
    const sorted = corners.sort((a, b) => Math.atan2(a[1] - y, a[0] - x) - Math.atan2(b[1] - y, b[0] - x));
    return random.chance(50) ? sorted : sorted.reverse();
  }

  polygon(): Term {
    const random = this.#random;
    const shell = this.ring();
    if (random.chance(75)) return r.polygon(...shell);
    const [x, y] = [0, 1].map((axis) => shell.reduce((sum, at) => sum + at[axis]!, 0) / shell.length) as [
      number,
      number,
    ];
    const factor = random.pick([0.5, 0.3, 0.9, 0.99]);
    return r
      .polygon(...shell)
      .polygonSub(r.polygon(...shell.map(([a, b]) => [x + (a - x) * factor, y + (b - y) * factor])));
  }

  shape(): Term {
    const random = this.#random;
    switch (random.below(10)) {
      case 0:
      case 1:
      case 2:
        return r.point(...this.position());
      case 3:
      case 4:
        return r.line(...this.line());
      case 5:
        return r.circle(this.position(), this.#size * random.real(1, 60_000), {
          numVertices: random.integer(3, 12),
        });
      default:
        return this.polygon();
    }
  }
}
