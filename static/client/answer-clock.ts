import type { Unsent } from 'changeroom-client';

/** Measures for how long a message that was sent has no answer: a network can stop without an error. */
export class AnswerClock {
  #id: string | null = null;
  #since = 0;

  /** @returns milliseconds without an answer; 0 while no message waits for one */
  update(unsent: readonly Pick<Unsent, 'id' | 'progress'>[], now: number): number {
    const id = unsent.find(({ progress }) => progress === 'sent')?.id ?? null;
    if (id !== this.#id) this.#since = now;
    this.#id = id;
    return id === null ? 0 : now - this.#since;
  }
}
