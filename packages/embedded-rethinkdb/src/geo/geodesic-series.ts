/* The series of Karney's algorithms to the sixth order of ε. Coefficients are those of sin 2σ, sin 4σ, … */

/** Σ c[i] sin 2(i + 1)σ by Clenshaw's summation. */
export function sineSeries(sine: number, cosine: number, coefficients: readonly number[]): number {
  const factor = 2 * (cosine - sine) * (cosine + sine);
  let last = 0;
  let beforeLast = 0;
  for (let i = coefficients.length - 1; i >= 0; i--) {
    const next = factor * last - beforeLast + (coefficients[i] ?? 0);
    beforeLast = last;
    last = next;
  }
  return 2 * sine * cosine * last;
}

/** A1 - 1, equation (17). */
export function a1m1(eps: number): number {
  const eps2 = eps * eps;
  return ((eps2 * (eps2 * (eps2 + 4) + 64)) / 256 + eps) / (1 - eps);
}

/** A2 - 1, equation (42). */
export function a2m1(eps: number): number {
  const eps2 = eps * eps;
  return ((eps2 * (eps2 * (25 * eps2 + 36) + 64)) / 256) * (1 - eps) - eps;
}

/** C1, equation (18). */
export function c1(eps: number): number[] {
  const eps2 = eps * eps;
  const [d1, d2, d3, d4, d5, d6] = powers(eps);
  return [
    (d1 * ((6 - eps2) * eps2 - 16)) / 32,
    (d2 * ((64 - 9 * eps2) * eps2 - 128)) / 2048,
    (d3 * (9 * eps2 - 16)) / 768,
    (d4 * (3 * eps2 - 5)) / 512,
    (-7 * d5) / 1280,
    (-7 * d6) / 2048,
  ];
}

/** C1', equation (21). */
export function c1Reverted(eps: number): number[] {
  const eps2 = eps * eps;
  const [d1, d2, d3, d4, d5, d6] = powers(eps);
  return [
    (d1 * (eps2 * (205 * eps2 - 432) + 768)) / 1536,
    (d2 * (eps2 * (4005 * eps2 - 4736) + 3840)) / 12288,
    (d3 * (116 - 225 * eps2)) / 384,
    (d4 * (2695 - 7173 * eps2)) / 7680,
    (3467 * d5) / 7680,
    (38081 * d6) / 61440,
  ];
}

/** C2, equation (43). */
export function c2(eps: number): number[] {
  const eps2 = eps * eps;
  const [d1, d2, d3, d4, d5, d6] = powers(eps);
  return [
    (d1 * (eps2 * (eps2 + 2) + 16)) / 32,
    (d2 * (eps2 * (35 * eps2 + 64) + 384)) / 2048,
    (d3 * (15 * eps2 + 80)) / 768,
    (d4 * (7 * eps2 + 35)) / 512,
    (63 * d5) / 1280,
    (77 * d6) / 2048,
  ];
}

function powers(eps: number): [number, number, number, number, number, number] {
  const d2 = eps * eps;
  const d3 = d2 * eps;
  const d4 = d3 * eps;
  const d5 = d4 * eps;
  return [eps, d2, d3, d4, d5, d5 * eps];
}
