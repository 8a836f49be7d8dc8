import type { ChatClient } from 'changeroom-client';
import type { Child } from '../../../server/http/pages/rows/element.js';
import { faultText } from '../../../server/http/pages/rows/fault-text.js';
import { icon } from '../../../server/http/pages/rows/icon.js';
import { asUser } from '../../../server/http/pages/rows/room-path.js';
import { searchExamples } from '../../../server/http/pages/rows/search-examples.js';
import { t, tParts } from '../../../server/http/pages/texts/text.js';
import { byId, h } from '../elements.js';
import { isComposing } from '../text-field.js';
import { SearchResults } from './search-results.js';
import { type SearchScope, searchOf } from './search-scope.js';

export interface SearchPanelDependencies {
  client: Pick<ChatClient, 'request'>;
  /** The room that the page shows. */
  room: () => string;
  /** Id of the user of a playground page. */
  as: string | null;
}

/** Milliseconds without typing until the text is searched. */
const TYPING_PAUSE_MS = 350;
/** Shorter texts are searched only on Enter: they match nearly everything. */
const MIN_TYPED_LENGTH = 2;
/** On narrower screens the panel covers the room. */
const NARROW_SCREEN = '(max-width: 53.99rem)';

let panel: SearchPanel | undefined;

/** Opens the search of the room that the page shows, or moves the focus to it. */
export function openSearch(dependencies: SearchPanelDependencies): void {
  panel ??= new SearchPanel(dependencies);
  panel.open();
}

/** The search beside the room: it stays open while the reader goes from result to result. */
class SearchPanel {
  readonly #dependencies: SearchPanelDependencies;
  readonly #results: SearchResults;
  readonly #field = h('input', {
    type: 'search',
    id: 'search-text',
    'aria-label': t('search.messages'),
    'aria-describedby': 'search-status',
    placeholder: t('search.placeholder'),
    maxlength: '120',
    autocomplete: 'off',
    enterkeyhint: 'search',
  });
  readonly #roomName = h('bdi', {});
  readonly #scopes = h(
    'fieldset',
    { class: 'search-scope' },
    h('legend', { class: 'unseen' }, t('search.scope')),
    h('label', {}, h('input', { type: 'radio', name: 'scope', value: 'room' }), '#', this.#roomName),
    h('label', {}, h('input', { type: 'radio', name: 'scope', value: 'all' }), t('search.allRooms')),
  );
  readonly #status = h('p', { id: 'search-status', class: 'people-note', role: 'status' });
  readonly #fault = h('p', { class: 'fault', role: 'alert', hidden: true });
  readonly #view = h('a', { class: 'search-view' }, t('search.keepOpen'));
  readonly #element: HTMLElement;
  #room = '';
  #scope: SearchScope = 'room';
  #typing: ReturnType<typeof setTimeout> | undefined;
  /** Counts the searches: only the newest one is shown. */
  #searches = 0;

  constructor(dependencies: SearchPanelDependencies) {
    this.#dependencies = dependencies;
    this.#results = new SearchResults(dependencies);
    const close = h(
      'button',
      { type: 'button', class: 'icon-button', 'aria-label': t('common.close') },
      icon('close'),
    );
    close.addEventListener('click', () => this.#close());
    const { list, older } = this.#results;
    const note: Child<Node>[] = tParts(
      'search.note',
      searchExamples((text) => h('code', {}, text)),
    );
    this.#element = h(
      'div',
      { class: 'search-panel', role: 'search', 'aria-label': t('search.messages') },
      h('div', { class: 'search-top' }, h('h2', {}, t('search.action')), close),
      this.#field,
      this.#scopes,
      h('details', { class: 'search-help' }, h('summary', {}, t('search.how')), h('p', {}, ...note)),
      this.#fault,
      this.#status,
      h('div', { class: 'search-found' }, list, older, this.#view),
    );
    this.#listen();
  }

  open(): void {
    const room = this.#dependencies.room();
    if (!this.#element.isConnected) {
      document.querySelector('main')?.after(this.#element);
      this.#show(room, 'room');
    } else if (this.#room !== room) this.#show(room, 'room');
    this.#field.focus();
    this.#field.select();
  }

  #listen(): void {
    this.#field.addEventListener('input', () => {
      clearTimeout(this.#typing);
      const isShort = this.#field.value.trim().length < MIN_TYPED_LENGTH;
      if (this.#field.value.trim() === '') void this.#search();
      else if (!isShort) this.#typing = setTimeout(() => void this.#search(), TYPING_PAUSE_MS);
    });
    this.#scopes.addEventListener('change', ({ target }) => {
      if (target instanceof HTMLInputElement) this.#show(this.#room, target.value === 'all' ? 'all' : 'room');
    });
    this.#results.older.addEventListener('click', () => void this.#run(() => this.#results.addOlder()));
    this.#element.addEventListener('keydown', (event) => {
      if (!isComposing(event) && this.#pressed(event)) event.preventDefault();
    });
    this.#results.list.addEventListener('click', (event) => this.#clicked(event));
  }

  /** @returns whether the key was handled */
  #pressed({ key, target }: KeyboardEvent): boolean {
    const isInField = target === this.#field;
    if (key === 'Escape') {
      if (isInField) this.#close();
      else this.#field.focus();
    } else if (key === 'ArrowDown') return this.#results.focus(isInField ? 0 : 1);
    else if (key === 'ArrowUp' && !isInField) {
      if (!this.#results.focus(-1)) this.#field.focus();
    } else if (key === 'Enter' && isInField) void this.#entered();
    else return false;
    return true;
  }

  /** Goes to the first result, after it was searched. */
  async #entered(): Promise<void> {
    if (this.#q !== this.#results.q) await this.#search();
    if (this.#q === this.#results.q && document.activeElement === this.#field) this.#results.focus(0);
  }

  /** The page opens the message; on a narrow screen the panel would cover it. */
  #clicked({ target, ctrlKey, metaKey, shiftKey }: MouseEvent): void {
    const link = target instanceof Element ? target.closest('.result-head') : null;
    if (!link || ctrlKey || metaKey || shiftKey) return;
    this.#results.mark(link);
    if (matchMedia(NARROW_SCREEN).matches) this.#element.remove();
  }

  #show(room: string, scope: SearchScope): void {
    this.#room = room;
    this.#scope = scope;
    this.#roomName.textContent = room;
    for (const input of this.#scopes.querySelectorAll('input')) input.checked = input.value === scope;
    this.#element.dataset.scope = scope;
    void this.#search();
  }

  get #q(): string {
    return searchOf(this.#field.value, this.#scope, this.#room) ?? '';
  }

  async #search(): Promise<void> {
    clearTimeout(this.#typing);
    this.#searches += 1;
    const search = this.#searches;
    const q = this.#q;
    if (q === '') {
      this.#results.clear();
      this.#draw(null);
    } else if (q !== this.#results.q)
      await this.#run(() => this.#results.search(q, () => search === this.#searches), search);
  }

  async #run(load: () => Promise<void>, search = this.#searches): Promise<void> {
    this.#element.ariaBusy = 'true';
    let fault: string | null = null;
    try {
      await load();
    } catch (error) {
      fault = faultText(error);
    }
    // A newer search shows its own outcome.
    if (search === this.#searches) this.#draw(fault);
  }

  #draw(fault: string | null): void {
    this.#element.ariaBusy = null;
    this.#fault.hidden = fault === null;
    this.#fault.textContent = fault;
    const { q, note } = this.#results;
    this.#status.textContent = fault === null ? note : '';
    this.#view.hidden = q === '';
    this.#view.href = asUser(`/view?q=${encodeURIComponent(q)}`, this.#dependencies.as);
  }

  #close(): void {
    this.#element.remove();
    byId('room-search').focus();
  }
}
