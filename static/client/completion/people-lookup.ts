import type { Person } from './mention-text.js';

/** Milliseconds without typing until people are looked up. */
const TYPING_PAUSE_MS = 250;
/** Results of a request, see PeopleSearch of the server: fewer of them are all that there are. */
const MAX_RESULTS = 10;
/** Looked-up beginnings of names that are remembered. */
const MAX_REMEMBERED = 100;

/** Looks up people by the beginnings of their names at the server, each beginning once. */
export class PeopleLookup {
  readonly #search: (start: string) => Promise<readonly Person[]>;
  readonly #results = new Map<string, readonly Person[]>();
  #pause: ReturnType<typeof setTimeout> | undefined;

  constructor(search: (start: string) => Promise<readonly Person[]>) {
    this.#search = search;
  }

  /** All people that were found. */
  *found(): Iterable<Person> {
    for (const people of this.#results.values()) yield* people;
  }

  /** @param found called when the request has brought people */
  lookUp(text: string, found: () => void): void {
    clearTimeout(this.#pause);
    const start = text.trim().toLowerCase();
    if (start === '' || this.#isKnown(start)) return;
    this.#pause = setTimeout(async () => {
      // Without an answer, the list has the people of the room alone.
      const people = await this.#search(start).catch(() => []);
      if (this.#results.size >= MAX_REMEMBERED) this.#results.clear();
      this.#results.set(start, people);
      if (people.length > 0) found();
    }, TYPING_PAUSE_MS);
  }

  /** The text, or a beginning of it whose results are complete, was looked up. */
  #isKnown(start: string): boolean {
    if (this.#results.has(start)) return true;
    for (let end = 1; end < start.length; end += 1) {
      const results = this.#results.get(start.slice(0, end));
      if (results && results.length < MAX_RESULTS) return true;
    }
    return false;
  }
}
