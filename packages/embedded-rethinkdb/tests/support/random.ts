/** A seeded generator of pseudo-random numbers (the constants are of Numerical Recipes): a seed reproduces a failure. */
export function seededRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
