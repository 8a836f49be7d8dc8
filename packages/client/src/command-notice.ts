/** Milliseconds for which the notice is shown. */
const NOTICE_MS = 60_000;

/** The notice that no bot is reachable for a command, or that no bot answers it. The room has the command's message all the same. */
export class CommandNotice {
  readonly #schedule: (callback: () => void, delayMs: number) => void;
  #text: string | null = null;
  /** Messages that were sent since the notice appeared. */
  #sentSince = new Set<string>();

  constructor(schedule: (callback: () => void, delayMs: number) => void) {
    this.#schedule = schedule;
  }

  get text(): string | null {
    return this.#text;
  }

  /** @param message the text of the server */
  show(message: string): void {
    const sentSince = new Set<string>();
    this.#text = message;
    this.#sentSince = sentSince;
    this.#schedule(() => this.#sentSince === sentSince && this.clear(), NOTICE_MS);
  }

  sent(id: string): void {
    this.#sentSince.add(id);
  }

  /** The database has a message. One that was sent after the notice replaces it. */
  stored(id: string): void {
    if (this.#sentSince.has(id)) this.clear();
  }

  clear(): void {
    this.#text = null;
    this.#sentSince = new Set();
  }
}
