import type { BotCommand } from '../../../server/bots/announcements.js';

/** Milliseconds for which a list of commands is used. */
const CACHE_MS = 30_000;
/** Milliseconds until another request after a failed one. */
const RETRY_DELAY_MS = 5_000;

/** Requests the commands of bots when they are needed, and caches them. */
export class CommandSource {
  readonly #request: () => Promise<BotCommand[]>;
  readonly #received: (commands: BotCommand[]) => void;
  #nextRequestAt = 0;
  #isRequesting = false;

  constructor(request: () => Promise<BotCommand[]>, received: (commands: BotCommand[]) => void) {
    this.#request = request;
    this.#received = received;
  }

  /** Requests the commands unless the cached ones are recent. A failed request leaves them as they are. */
  async refresh(now: number): Promise<void> {
    if (this.#isRequesting || now < this.#nextRequestAt) return;
    this.#isRequesting = true;
    try {
      const commands = await this.#request();
      this.#nextRequestAt = now + CACHE_MS;
      this.#received(commands);
    } catch {
      this.#nextRequestAt = now + RETRY_DELAY_MS;
    }
    this.#isRequesting = false;
  }
}
