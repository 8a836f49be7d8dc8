import type { RoomPresence } from 'changeroom-client';
import { personRow } from '../../server/http/pages/rows/person-row.js';
import { partialNote, peopleLabel, presentPeople } from '../../server/http/pages/rows/present-people.js';
import { t } from '../../server/http/pages/texts/text.js';
import { byId } from './elements.js';
import { KeyedList } from './keyed-list.js';

/** The number of people in the room, and the panel that lists them. */
export class PeoplePanel {
  readonly #button = byId<HTMLButtonElement>('people-button');
  readonly #count = byId('people-count');
  readonly #note = byId('people-note');
  readonly #list = new KeyedList(byId('people-list'));

  /** Keeps the list that the server has drawn until the first presence frame. */
  show(presence: RoomPresence, self: string | null): void {
    if (!presence.isKnown) return;
    const { count, isNamed, isPartial } = presence;
    this.#button.hidden = count === 0;
    if (this.#count.textContent !== `${count}`) {
      this.#count.textContent = `${count}`;
      this.#button.setAttribute('aria-label', peopleLabel(count));
    }
    const people = isNamed ? presentPeople(presence.sockets, self) : [];
    this.#list.render(
      people.map((person) => ({
        key: person.id_user,
        version: [person.name, person.tabs, person.isSelf],
        draw: () => personRow(person),
      })),
    );
    const notes = [!isNamed && t('people.manyHere', { count }), isPartial && partialNote()];
    const note = notes.filter(Boolean).join(' ');
    this.#note.hidden = note === '';
    if (this.#note.textContent !== note) this.#note.textContent = note;
  }

  /** To be called when the connection is lost. */
  hide(): void {
    this.#button.hidden = true;
  }
}
