/** Milliseconds for which "at the moment" may be said of what was the case then. */
const MOMENT = 60_000;

/** What the sender of a command is told while no bot can be reached. His message is in the room all the same. */
export class BotsNotice {
  text: string | null = null;
  /** Messages that were sent since. */
  #since = new Set<string>();

  constructor(private readonly later: (callback: () => void, ms: number) => void) {}

  /** @param message the words of the server */
  tell(message: string): void {
    const told = new Set<string>();
    this.text = message;
    this.#since = told;
    this.later(() => this.#since === told && this.clear(), MOMENT);
  }

  sent(id: string): void {
    this.#since.add(id);
  }

  /** The database has a message: with one that was sent since, the reader has gone on. */
  stored(id: string): void {
    if (this.#since.has(id)) this.clear();
  }

  clear(): void {
    this.text = null;
    this.#since = new Set();
  }
}
