import { avatar } from '../../../server/http/pages/rows/avatar.js';
import { element } from '../../../server/http/pages/rows/element.js';
import { t } from '../../../server/http/pages/texts/text.js';
import type { Completion, CompletionSource } from './completion.js';
import type { MentionText, Person } from './mention-text.js';
import type { PeopleLookup } from './people-lookup.js';

/** A name that is being typed, of up to two words. */
const PARTIAL_NAME = /(?:^|[^\w.+@-])@([^\s@<>`]{0,40}(?: [^\s@<>`]{1,40})?)$/u;
const MAX_SHOWN = 8;

export interface MentionCompletionsDependencies {
  mentions: MentionText;
  people: () => Iterable<Person>;
  /** Loads further people of the room. */
  load: () => Promise<void>;
  /** People outside of the room that a message of it can mention. */
  others: Pick<PeopleLookup, 'found' | 'lookUp'>;
}

/** Completes names of people after `@`. */
export class MentionCompletions implements CompletionSource {
  readonly #dependencies: MentionCompletionsDependencies;

  constructor(dependencies: MentionCompletionsDependencies) {
    this.#dependencies = dependencies;
  }

  get label(): string {
    return t('mentions.people');
  }

  count(matches: number): string {
    return t('mentions.found', { count: matches });
  }

  query(before: string): string | null {
    return PARTIAL_NAME.exec(before)?.[1] ?? null;
  }

  /** People whose name or a word of it begins with the text: those of the room first, and the beginning of the name first. */
  matches(query: string): readonly Completion[] {
    const sought = folded(query);
    const { people, others } = this.#dependencies;
    const ofRoom = new Map([...people()].map((one) => [one.id_user, one]));
    const outside = new Map([...others.found()].map((one) => [one.id_user, one]));
    for (const id of ofRoom.keys()) outside.delete(id);
    return [...ranked(ofRoom.values(), sought), ...ranked(outside.values(), sought)]
      .slice(0, MAX_SHOWN)
      .map((person) => this.#completion(person));
  }

  isComplete(): boolean {
    return false;
  }

  refresh(changed: () => void, query: string): void {
    void this.#dependencies.load().then(changed, () => {});
    if (this.matches(query).length < MAX_SHOWN) this.#dependencies.others.lookUp(query, changed);
  }

  #completion(person: Person): Completion {
    const { id_user, name } = person;
    return {
      key: id_user,
      text: `@${name} `,
      version: [name],
      draw: () => [avatar(person), ' ', element('bdi', { class: 'person-name' }, name)],
      chosen: () => this.#dependencies.mentions.choose(person),
    };
  }
}

/** Those whose name, or a word of it, begins with a text, by rank and name. */
function ranked(people: Iterable<Person>, sought: string): Person[] {
  const found = [...people].flatMap((person) => {
    const name = folded(person.name);
    const rank = name.startsWith(sought) ? 0 : name.includes(` ${sought}`) ? 1 : 2;
    return rank === 2 ? [] : [{ person, rank }];
  });
  found.sort((a, b) => a.rank - b.rank || a.person.name.localeCompare(b.person.name));
  return found.map(({ person }) => person);
}

const folded = (text: string) => text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
