import type { Random } from './random.js';
import type { Target } from './target.js';

/** One way into the server. */
export interface Door {
  name: string;
  /**
   * Sends a batch of inputs.
   * @returns how many inputs it has sent
   * @throws Finding when the server answers as it never should
   */
  attack(random: Random, target: Target): Promise<number>;
}

/** An input to which the server has answered with an internal error, or not at all. */
export class Finding extends Error {
  constructor(
    message: string,
    /** To be sent again. */
    readonly input: string | Buffer,
  ) {
    super(message);
  }
}

/** Milliseconds after which an unanswered input counts as a hang. */
export const ANSWER_MS = 20_000;

/** @throws Finding when the promise does not settle in time */
export async function answered<T>(answer: Promise<T>, input: string | Buffer): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const hang = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Finding('no answer, and the connection stays open', input)),
      ANSWER_MS,
    );
  });
  try {
    return await Promise.race([answer, hang]);
  } finally {
    clearTimeout(timer);
  }
}
