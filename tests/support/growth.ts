/** How many times larger the larger input is. Linear work takes 8 times as long, quadratic work 64 times. */
const FACTOR = 8;
/** Between the two, and far from both: garbage collection and other programs on the processor add to the time. */
const MOST_GROWTH = 24;
/** Growth after which one round is enough. */
const CLEARLY_LINEAR = 12;

interface Rounds {
  /** Of several rounds the fastest counts: other programs only make a round slower. */
  count: number;
  /** Shortest time at the smaller size, in milliseconds. */
  minMs: number;
}
/**
 * The kernel counts some short rounds as shorter, which makes the larger input look slow: a result that is not linear is
 * measured again in longer rounds.
 */
const ROUNDS: readonly Rounds[] = [
  { count: 10, minMs: 1 },
  { count: 4, minMs: 10 },
];
/**
 * Work on a larger input of at least 8,000 characters that ends within this time is not quadratic: 32 million pairs of
 * characters take longer, even as copies of strings. Most inputs end here, so that the measurement takes seconds.
 */
const QUICK_MS = 1;
const QUICK_SIZE = 1_000;

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
    const large = make(FACTOR * size);
    if (size >= QUICK_SIZE && isQuick(work, large)) return [];
    let times = 0;
    for (const rounds of ROUNDS) {
      times = growth(make(size), large, work, rounds);
      if (times < MOST_GROWTH) return [];
    }
    return `${name}: ${times.toFixed(0)} times as long for ${FACTOR} times the size`;
  });
}

function growth<Input>(
  small: Input,
  large: Input,
  work: (input: Input) => void,
  { count, minMs }: Rounds,
): number {
  const isShort = (time: number) => time < minMs || time === Number.POSITIVE_INFINITY;
  let repeats = 1;
  while (isShort(timeOf(work, small, repeats))) repeats *= 2;
  let [least, most] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 0; round < count; round++) {
    least = Math.min(least, timeOf(work, small, repeats));
    most = Math.min(most, timeOf(work, large, repeats));
    if (most / least < (round === 0 ? CLEARLY_LINEAR : MOST_GROWTH)) break;
  }
  return most / least;
}

/** Whether the faster of two calls is quick: the first one may be slow because its code is not compiled yet. */
function isQuick<Input>(work: (input: Input) => void, input: Input): boolean {
  return [1, 2].some(() => {
    const begin = performance.now();
    work(input);
    return performance.now() - begin < QUICK_MS;
  });
}

/** Milliseconds of processor time, which does not count while other programs run. */
function timeOf<Input>(work: (input: Input) => void, input: Input, repeats: number): number {
  const begin = process.cpuUsage();
  for (let i = 0; i < repeats; i++) work(input);
  const { user, system } = process.cpuUsage(begin);
  // The kernel sometimes counts nothing for a short time; no round takes no time.
  return (user + system || Number.POSITIVE_INFINITY) / 1000;
}
