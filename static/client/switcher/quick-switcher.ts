import { classes, type ElementTree, element } from '../../../server/http/pages/rows/element.js';
import { unreadText } from '../../../server/http/pages/rows/room-list.js';
import { accessWords, roomMark } from '../../../server/http/pages/rows/room-row.js';
import { t } from '../../../server/http/pages/texts/text.js';
import type { RoomEntry } from '../../../server/protocol/room.js';
import { h, toNode } from '../elements.js';
import { isComposing } from '../text-field.js';
import { folded, rankRooms } from './room-ranking.js';

export interface QuickSwitcherDependencies {
  /** All rooms that the list can show. */
  rooms: () => readonly RoomEntry[];
  /** Names, the most recent first. */
  visited: () => readonly string[];
  go: (room: string) => void;
  /** The user wants to create a room of this name. */
  create: (name: string) => void;
}

type Option = { type: 'room'; entry: RoomEntry } | { type: 'create'; name: string };

/** A dialog with a field that finds rooms: an ARIA combobox. Its last entry creates a room. */
export class QuickSwitcher {
  readonly #dependencies: QuickSwitcherDependencies;
  readonly #list = h('ul', { id: 'switcher-list', role: 'listbox', 'aria-label': t('rooms.title') });
  readonly #field = h('input', {
    role: 'combobox',
    'aria-label': t('rooms.goTo'),
    'aria-autocomplete': 'list',
    'aria-controls': 'switcher-list',
    'aria-expanded': 'true',
    autocomplete: 'off',
    enterkeyhint: 'go',
    placeholder: t('rooms.goTo'),
  });
  readonly #count = h('p', { class: 'unseen', role: 'status' });
  readonly #dialog = h(
    'dialog',
    { class: 'switcher', 'aria-label': t('rooms.goTo') },
    this.#field,
    this.#list,
    this.#count,
  );
  #options: readonly Option[] = [];
  #active = 0;

  constructor(dependencies: QuickSwitcherDependencies) {
    this.#dependencies = dependencies;
    this.#field.addEventListener('input', () => this.#search());
    this.#field.addEventListener('keydown', (event) => {
      if (!isComposing(event) && this.#pressed(event.key)) event.preventDefault();
    });
    this.#dialog.addEventListener('click', ({ target }) => this.#clicked(target));
    document.body.append(this.#dialog);
  }

  /** Opens the dialog, or closes it if it is open. */
  toggle(): void {
    if (this.#dialog.open) {
      this.#dialog.close();
      return;
    }
    this.#field.value = '';
    this.#dialog.showModal();
    this.#search();
  }

  #search(): void {
    const { rooms, visited } = this.#dependencies;
    const sought = this.#field.value.trim();
    const all = rooms();
    const found = rankRooms(all, sought, visited()).map((entry): Option => ({ type: 'room', entry }));
    const exists = sought === '' || all.some(({ name }) => folded(name) === folded(sought));
    this.#options = exists ? found : [...found, { type: 'create', name: sought }];
    this.#active = 0;
    this.#list.replaceChildren(...this.#options.map((option, i) => toNode(optionRow(option, i))));
    this.#count.textContent = t('rooms.found', { count: found.length });
    this.#select(0);
  }

  /** @returns whether the key was handled */
  #pressed(key: string): boolean {
    const count = this.#options.length;
    if (key === 'ArrowDown') this.#select((this.#active + 1) % count);
    else if (key === 'ArrowUp') this.#select((this.#active - 1 + count) % count);
    else if (key === 'Enter') this.#open(this.#options[this.#active]);
    else return false;
    return true;
  }

  #clicked(target: EventTarget | null): void {
    if (target === this.#dialog) this.#dialog.close();
    const row = target instanceof Element ? target.closest('[role="option"]') : null;
    if (row) this.#open(this.#options[[...this.#list.children].indexOf(row)]);
  }

  #select(index: number): void {
    const previous = this.#list.children[this.#active];
    const next = this.#list.children[index];
    previous?.setAttribute('aria-selected', 'false');
    next?.setAttribute('aria-selected', 'true');
    next?.scrollIntoView({ block: 'nearest' });
    this.#active = index;
    if (next) this.#field.setAttribute('aria-activedescendant', next.id);
    else this.#field.removeAttribute('aria-activedescendant');
  }

  #open(option: Option | undefined): void {
    if (!option) return;
    this.#dialog.close();
    if (option.type === 'create') this.#dependencies.create(option.name);
    else this.#dependencies.go(option.entry.name);
  }
}

function optionRow(option: Option, index: number): ElementTree {
  const attributes = { id: `switcher-${index}`, role: 'option', 'aria-selected': 'false' };
  if (option.type === 'create')
    return element('li', { ...attributes, class: 'create' }, t('switcher.create', { name: option.name }));
  const { name, topic, access, unread } = option.entry;
  return element(
    'li',
    { ...attributes, class: classes(unread && 'has-unread') },
    element('span', { class: 'room-mark', 'aria-hidden': 'true' }, roomMark(access)),
    element('bdi', { class: 'room-name' }, name),
    access !== 'open' && element('span', { class: 'unseen' }, accessWords(access)),
    element('bdi', { class: 'room-topic' }, topic),
    unread
      ? element(
          'span',
          { class: 'room-unread' },
          unreadText(unread),
          element('span', { class: 'unseen' }, t('rooms.unreadSuffix', { count: unread })),
        )
      : null,
  );
}
