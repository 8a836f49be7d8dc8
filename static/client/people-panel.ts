import { hueClass, initials } from '../../server/http/pages/rows/avatar.js';
import { PARTIAL, type PresentPerson, presentPeople } from '../../server/http/pages/rows/present-people.js';
import { byId, h } from './elements.js';
import { KeyedList } from './keyed-list.js';
import type { RoomPresence } from './room-presence.js';

/** Shows how many are here, and in a panel who. */
export class PeoplePanel {
  readonly #button = byId<HTMLButtonElement>('people-button');
  readonly #count = byId('people-count');
  readonly #note = byId('people-note');
  readonly #list = new KeyedList(byId('people-list'));

  /** What the server has drawn stays until it is known who is here. */
  show(presence: RoomPresence, self: string | null): void {
    if (!presence.isKnown) return;
    const { count, isNamed, isPartial } = presence;
    this.#button.hidden = count === 0;
    if (this.#count.textContent !== `${count}`) {
      this.#count.textContent = `${count}`;
      this.#button.setAttribute('aria-label', `${count} here: show who`);
    }
    const people = isNamed ? presentPeople(presence.sockets, self) : [];
    this.#list.render(
      people.map((person) => ({
        key: person.id_user,
        version: [person.name, person.tabs, person.isSelf],
        draw: () => drawPerson(person),
      })),
    );
    const notes = [
      !isNamed && `${count} people are here. In a room this big only their number is told.`,
      isPartial && PARTIAL,
    ];
    const note = notes.filter(Boolean).join(' ');
    this.#note.hidden = note === '';
    if (this.#note.textContent !== note) this.#note.textContent = note;
  }

  /** The connection is gone. */
  hide(): void {
    this.#button.hidden = true;
  }
}

/** Somebody who is here, as views/room.pug draws it too. */
function drawPerson(person: PresentPerson): HTMLElement {
  const { name, tabs, isSelf } = person;
  return h(
    'li',
    {},
    h('span', { class: `avatar ${hueClass(person)}`, 'aria-hidden': 'true' }, initials(name)),
    h('bdi', { class: 'person-name' }, name),
    isSelf && h('span', { class: 'badge' }, 'you'),
    tabs > 1 && h('span', { class: 'person-tabs' }, `${tabs} tabs`),
  );
}
