import { describe, expect, test } from 'vitest';
import { atan2, cos, sin } from '../../src/geo/trigonometry.js';

// Expected values were computed with 300 bits and rounded. `Math` differs in the last digit for the first four of each.
describe('trigonometry', () => {
  test.each([
    [0.17171020099999998, 0.1708676488881584],
    [0.1870121, 0.18592392586550827],
    [0.358744521, 0.3510989571433392],
    [0.523694864, 0.500083212688509],
    [Math.PI, 1.2246467991473532e-16],
    [2 * Math.PI, -2.4492935982947064e-16],
    [1e-9, 1e-9],
    [-0, -0],
  ])('the sine of %d is correctly rounded', (angle, expected) => {
    expect(sin(angle)).toBe(expected);
  });

  test.each([
    [0.180211236, 0.9838058533475592],
    [0.32473648099999997, 0.9477348374422767],
    [0.368947089, 0.9327075776027122],
    [0.3740484, 0.9308557454912937],
    [Math.PI, -1],
    [Math.PI / 2, 6.123233995736766e-17],
    [0, 1],
  ])('the cosine of %d is correctly rounded', (angle, expected) => {
    expect(cos(angle)).toBe(expected);
  });

  test.each([
    [0.011900049, 2.5, 0.004759983649985969],
    [0.013600063999999999, 2.5, 0.005439971937133918],
    [0.018700120999999997, 2.5, 0.0074799088989777615],
    [0.025500224999999998, 2.5, 0.010199736276717266],
    [0, -1, Math.PI],
    [-0, -1, -Math.PI],
    [0, 0, 0],
  ])('the direction of (%d, %d) is correctly rounded', (y, x, expected) => {
    expect(atan2(y, x)).toBe(expected);
  });
});
