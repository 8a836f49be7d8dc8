import { seededRandom } from '../tests/support/random.js';

/** Random choices for one generated case; the seed reproduces them. */
export class Random {
  readonly #below: (below: number) => number;

  constructor(seed: number) {
    this.#below = seededRandom(seed);
    // The first numbers of neighbouring seeds resemble each other.
    for (let i = 0; i < 8; i++) this.#below(2);
  }

  /** An integer from 0 up to `limit`, excluded. */
  below(limit: number): number {
    return this.#below(limit);
  }

  integer(from: number, to: number): number {
    return from + this.#below(to - from + 1);
  }

  real(from: number, to: number): number {
    return from + ((to - from) * this.#below(2 ** 32)) / 2 ** 32;
  }

  chance(percent: number): boolean {
    return this.#below(100) < percent;
  }

  pick<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.#below(choices.length)] ?? choices[0];
  }

  list<T>(count: number, make: (position: number) => T): T[] {
    return Array.from({ length: count }, (_, position) => make(position));
  }
}
