import styles from 'styles:emoji-picker';
import { t } from '../../../server/http/pages/texts/text.js';
import { adoptStyles } from '../adopt-styles.js';
import { h } from '../elements.js';
import { readPageState } from '../page-state.js';
import { storageOf } from '../page-storage.js';
import { EmojiChoices } from './emoji-choices.js';
import { EmojiGrid } from './emoji-grid.js';
import { EMOJI_KIT } from './emoji-kit.js';
import { type Emoji, SKIN_TONES } from './emoji-table.js';

/** Shown matches of a search. */
const MAX_MATCHES = 96;
/** Between the picker and its anchor, and the edges of the window, in pixels. */
const MARGIN = 8;

/** A dialog that offers all emoji by group, those used recently, and a search. */
export class EmojiPicker {
  readonly #anchor: HTMLElement;
  readonly #chosen: (character: string) => void;
  readonly #choices = new EmojiChoices(storageOf('localStorage', readPageState().user.id_user));
  readonly #grid = new EmojiGrid((character) => this.#choose(character));
  readonly #search = h('input', {
    type: 'search',
    autocomplete: 'off',
    'aria-label': t('emoji.search'),
    placeholder: t('emoji.search'),
  });
  readonly #tone = h('select', { 'aria-label': t('emoji.tone') });
  readonly #tabs = h('div', { class: 'emoji-tabs' });
  readonly #none = h('p', { class: 'emoji-none', role: 'status' });
  readonly #box = h(
    'div',
    { class: 'emoji-picker', popover: 'auto', role: 'dialog', 'aria-label': t('emoji.title') },
    h('div', { class: 'emoji-search' }, this.#search, this.#tone),
    this.#tabs,
    this.#grid.element,
    this.#none,
  );
  #group: number | 'recent';

  constructor(anchor: HTMLElement, chosen: (character: string) => void) {
    this.#anchor = anchor;
    this.#chosen = chosen;
    this.#group = this.#choices.recent.length > 0 ? 'recent' : 0;
    for (const tone of ['', ...SKIN_TONES]) {
      const option = h('option', { value: tone }, `✋${tone}`);
      option.selected = tone === this.#choices.tone;
      this.#tone.append(option);
    }
    const tab = (value: string, name: string, mark: string) =>
      h('button', { type: 'button', value, 'aria-label': name, title: name }, mark);
    this.#tabs.append(
      tab('recent', t('emoji.recent'), '🕘'),
      ...groupNames().map((name, i) => tab(`${i}`, name, EMOJI_KIT.table.groups[i]?.[0]?.character ?? '')),
    );
    this.#search.addEventListener('input', () => this.#draw());
    this.#search.addEventListener('keydown', (event) => {
      const { first } = this.#grid;
      if (event.key === 'ArrowDown') this.#grid.enter();
      else if (event.key === 'Enter' && first !== undefined) this.#choose(first);
      else return;
      event.preventDefault();
    });
    this.#tone.addEventListener('change', () => {
      this.#choices.tone = this.#tone.value;
      this.#draw();
    });
    this.#tabs.addEventListener('click', ({ target }) => {
      const tab = target instanceof Element ? target.closest('button') : null;
      if (!tab) return;
      this.#group = tab.value === 'recent' ? 'recent' : Number(tab.value);
      this.#search.value = '';
      this.#draw();
    });
    this.#box.addEventListener('toggle', (event) => {
      if (event instanceof ToggleEvent && event.newState === 'closed') this.#box.remove();
    });
  }

  open(): void {
    adoptStyles(styles);
    document.body.append(this.#box);
    this.#draw();
    this.#box.showPopover();
    this.#place();
    this.#search.focus();
  }

  #choose(character: string): void {
    this.#choices.use(character);
    this.#box.hidePopover();
    this.#chosen(character);
  }

  #draw(): void {
    const { table } = EMOJI_KIT;
    const text = this.#search.value.trim();
    const found = text === '' ? null : table.search(text, MAX_MATCHES);
    const shown = found ?? (this.#group === 'recent' ? this.#recent() : (table.groups[this.#group] ?? []));
    const label = this.#group === 'recent' ? t('emoji.recent') : (groupNames()[this.#group] ?? '');
    this.#grid.show(shown, { label: found ? t('emoji.title') : label, tone: this.#choices.tone });
    this.#none.textContent = found?.length === 0 ? t('emoji.none') : '';
    for (const tab of this.#tabs.querySelectorAll('button'))
      tab.ariaPressed = `${!found && tab.value === String(this.#group)}`;
  }

  /** Recent emoji are remembered with their skin tone. */
  #recent(): Emoji[] {
    const known = new Map(EMOJI_KIT.table.groups.flat().map((emoji) => [emoji.character, emoji]));
    const plain = (character: string) => character.replaceAll(/[🏻-🏿]/gu, '');
    return this.#choices.recent.map((character) => {
      const { codes = [''], name = character } = known.get(character) ?? known.get(plain(character)) ?? {};
      return { character, codes, name, words: [], hasSkinTones: false };
    });
  }

  /** Above the anchor, or below it where there is more space. On a phone, the style sheet places it. */
  #place(): void {
    const { top, bottom, right } = this.#anchor.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height, style } = this.#box;
    const x = Math.min(Math.max(MARGIN, right - width), innerWidth - width - MARGIN);
    const above = top - height - MARGIN;
    const y = above >= MARGIN ? above : Math.min(bottom + MARGIN, innerHeight - height - MARGIN);
    style.setProperty('--x', `${x}px`);
    style.setProperty('--y', `${Math.max(MARGIN, y)}px`);
  }
}

/** In the order of the groups of Unicode. */
const groupNames = (): string[] => [
  t('emoji.groupSmileys'),
  t('emoji.groupPeople'),
  t('emoji.groupNature'),
  t('emoji.groupFood'),
  t('emoji.groupTravel'),
  t('emoji.groupActivities'),
  t('emoji.groupObjects'),
  t('emoji.groupSymbols'),
  t('emoji.groupFlags'),
];
