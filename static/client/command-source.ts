import type { BotCommand } from '../../server/bots/announcements.js';

/** Milliseconds for which an answer is good. */
const FRESH = 30_000;
/** Milliseconds after which another try makes sense. */
const RETRY = 5_000;

/** Asks what bots can be told to do: not before somebody wants to know, and not more often than it changes. */
export class CommandSource {
  #nextAt = 0;
  #isAsking = false;

  constructor(
    private readonly ask: () => Promise<BotCommand[]>,
    private readonly answered: (commands: BotCommand[]) => void,
  ) {}

  /** Somebody wants to know. Where nobody answers, what is known stays. */
  async keepFresh(now: number): Promise<void> {
    if (this.#isAsking || now < this.#nextAt) return;
    this.#isAsking = true;
    try {
      const commands = await this.ask();
      this.#nextAt = now + FRESH;
      this.answered(commands);
    } catch {
      this.#nextAt = now + RETRY;
    }
    this.#isAsking = false;
  }
}
