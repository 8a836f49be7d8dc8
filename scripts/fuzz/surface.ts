import type { Random } from './random.js';
import type { Target } from './target.js';

/** A part of the attack surface, such as the REST API. */
export interface Surface {
  name: string;
  /**
   * Sends a batch of inputs.
   * @returns the number of inputs
   * @throws Finding when the server answers with an internal error or does not answer
   */
  attack(random: Random, target: Target): Promise<number>;
}

/** An input that the server answered with an internal error, or did not answer. */
export class Finding extends Error {
  constructor(
    message: string,
    /** To reproduce the finding. */
    readonly input: string | Buffer,
  ) {
    super(message);
  }
}

/** After which an unanswered input is a finding. */
export const ANSWER_TIMEOUT_MS = 20_000;

/** @throws Finding when the promise does not settle in time */
export async function answered<T>(answer: Promise<T>, input: string | Buffer): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const hang = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Finding('no answer, and the connection remains open', input)),
      ANSWER_TIMEOUT_MS,
    );
  });
  try {
    return await Promise.race([answer, hang]);
  } finally {
    clearTimeout(timer);
  }
}
