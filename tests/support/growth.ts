import { performance } from 'node:perf_hooks';

/** How many times larger the larger input is. Linear work takes 8 times as long, quadratic work 64 times. */
const FACTOR = 8;
/** Between the two, and far from both: other programs use the processor too. */
const MOST_GROWTH = 24;
/** Of several rounds the fastest counts: other programs only make a round slower. */
const ROUNDS = 10;
/** Shortest time of a round at the smaller size, in milliseconds, so that the clock can measure it. */
const ROUND_MS = 0.5;

/**
 * The names of the inputs for which `work` takes more than linear time.
 * @param size of the smaller input; large enough that the part that grows is most of the time
 */
export function superlinear<Input>(
  size: number,
  inputs: Readonly<Record<string, (size: number) => Input>>,
  work: (input: Input) => void,
): string[] {
  return Object.entries(inputs).flatMap(([name, make]) => {
    const times = growth(make(size), make(FACTOR * size), work);
    return times < MOST_GROWTH
      ? []
      : `${name}: ${times.toFixed(0)} times as long for ${FACTOR} times the size`;
  });
}

function growth<Input>(small: Input, large: Input, work: (input: Input) => void): number {
  let repeats = 1;
  while (timeOf(work, small, repeats) < ROUND_MS) repeats *= 2;
  let [least, most] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 0; round < ROUNDS; round++) {
    least = Math.min(least, timeOf(work, small, repeats));
    most = Math.min(most, timeOf(work, large, repeats));
    if (round > 0 && most / least < MOST_GROWTH) break;
  }
  return most / least;
}

function timeOf<Input>(work: (input: Input) => void, input: Input, repeats: number): number {
  const begin = performance.now();
  for (let i = 0; i < repeats; i++) work(input);
  return performance.now() - begin;
}
