/*
 * Geodesics on an ellipsoid of revolution by C. F. F. Karney, "Algorithms for geodesics", Journal of Geodesy 87 (2013). The
 * order of operations is that of GeographicLib 1.32 (MIT licence), which RethinkDB contains, so that results have the same
 * digits. Variables are named as in the paper: β is a reduced latitude, α an azimuth, σ an arc on the auxiliary sphere, ω a
 * longitude on it, λ a longitude on the ellipsoid, n the third flattening, ε the expansion parameter.
 */

/** An ellipsoid of revolution, which is not prolate. */
export class Ellipsoid {
  /** The polar semi-axis in metres. */
  readonly b: number;
  readonly n: number;
  /** The square of the second eccentricity. */
  readonly ep2: number;
  readonly #a3: readonly number[];
  readonly #c3: readonly (readonly number[])[];

  /** @param a the equatorial radius in metres; @param f the flattening, 0 ≤ f < 1 */
  constructor(
    readonly a: number,
    readonly f: number,
  ) {
    this.ep2 = (f * (2 - f)) / this.f1 ** 2;
    this.n = f / (2 - f);
    this.b = a * this.f1;
    const { n } = this;
    this.#a3 = [
      1,
      (n - 1) / 2,
      (n * (3 * n - 1) - 2) / 8,
      ((-n - 3) * n - 1) / 16,
      (-2 * n - 3) / 64,
      -3 / 128,
    ];
    this.#c3 = [
      [(1 - n) / 4, (1 - n * n) / 8, ((3 - n) * n + 3) / 64, (2 * n + 5) / 128, 3 / 128],
      [((n - 3) * n + 2) / 32, ((-3 * n - 2) * n + 3) / 64, (n + 3) / 128, 5 / 256],
      [(n * (5 * n - 9) + 5) / 192, (9 - 10 * n) / 384, 7 / 512],
      [(7 - 14 * n) / 512, 7 / 512],
      [21 / 2560],
    ];
  }

  get f1(): number {
    return 1 - this.f;
  }

  /** ε for a geodesic with this k². */
  static epsilon(k2: number): number {
    return k2 / (2 * (1 + Math.sqrt(1 + k2)) + k2);
  }

  /** A3, equation (24). */
  a3(eps: number): number {
    return polynomial(this.#a3, eps);
  }

  /** C3, equation (25). */
  c3(eps: number): number[] {
    let power = 1;
    return this.#c3.map((coefficients) => {
      power *= eps;
      return polynomial(coefficients, eps) * power;
    });
  }

  /** Sine and cosine of the reduced latitude; the cosine is above 0 at the poles as well. */
  reduced(sinLatitude: number, cosLatitude: number): [sine: number, cosine: number] {
    return unitPair(this.f1 * sinLatitude, cosLatitude);
  }
}

/** Below any angle that matters, above 0. */
export const TINY = Math.sqrt(2 ** -1022);

export const DEGREE = Math.PI / 180;

export function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (let i = coefficients.length - 1; i >= 0; i--) sum = x * sum + (coefficients[i] ?? 0);
  return sum;
}

export function hypotenuse(x: number, y: number): number {
  return Math.sqrt(x * x + y * y);
}

export function unitPair(sine: number, cosine: number): [sine: number, cosine: number] {
  const length = hypotenuse(sine, cosine);
  return [sine / length, cosine / length];
}

/** Rounds angles (degrees) near 0 to a multiple of 2⁻⁵⁷, so that they do not underflow. */
export function roundSmall(angle: number): number {
  const limit = 1 / 16;
  const size = Math.abs(angle);
  const rounded = size < limit ? limit - (limit - size) : size;
  return angle < 0 ? -rounded : rounded;
}

/** An angle (degrees) between -540 and 540 in the range from -180 to 180, excluded. */
export function normalAngle(angle: number): number {
  return angle >= 180 ? angle - 360 : angle < -180 ? angle + 360 : angle;
}
