import { avatar } from '../../../server/http/pages/rows/avatar.js';
import { element } from '../../../server/http/pages/rows/element.js';
import { t } from '../../../server/http/pages/texts/text.js';
import type { Completion, CompletionSource } from './completion.js';
import type { MentionText, Person } from './mention-text.js';

/** A name that is being typed, of up to two words. */
const PARTIAL_NAME = /(?:^|[^\w.+@-])@([^\s@<>`]{0,40}(?: [^\s@<>`]{1,40})?)$/u;
const MAX_SHOWN = 8;

export interface MentionCompletionsDependencies {
  mentions: MentionText;
  people: () => Iterable<Person>;
  /** Loads further people of the room. */
  load: () => Promise<void>;
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

  /** People whose name or a word of it begins with the text; the beginning of the name first. */
  matches(query: string): readonly Completion[] {
    const sought = folded(query);
    const people = [
      ...new Map([...this.#dependencies.people()].map((one) => [one.id_user, one])).values(),
    ].flatMap((person) => {
      const name = folded(person.name);
      const rank = name.startsWith(sought) ? 0 : name.includes(` ${sought}`) ? 1 : 2;
      return rank === 2 ? [] : [{ person, rank }];
    });
    people.sort((a, b) => a.rank - b.rank || a.person.name.localeCompare(b.person.name));
    return people.slice(0, MAX_SHOWN).map(({ person }) => this.#completion(person));
  }

  isComplete(): boolean {
    return false;
  }

  refresh(changed: () => void): void {
    void this.#dependencies.load().then(changed, () => {});
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

const folded = (text: string) => text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
