import { h } from '../elements.js';
import { KeyedList } from '../keyed-list.js';
import { replaceRange } from '../text-editing.js';
import { isComposing } from '../text-field.js';
import type { Completion, CompletionSource } from './completion.js';
import { CompletionList } from './completion-list.js';

export interface CompletionViewDependencies {
  field: HTMLTextAreaElement;
  /** The list, whose id begins the ids of its options. */
  box: HTMLElement;
  /** Announces the number of matches. */
  count: HTMLElement;
  sources: readonly CompletionSource[];
  /** Called after each drawing. */
  drawn: (isOpen: boolean) => void;
}

/** Completes names while they are typed into a field: an ARIA combobox. */
export class CompletionView {
  readonly #dependencies: CompletionViewDependencies;
  readonly #model: CompletionList;
  readonly #options: KeyedList;

  constructor(dependencies: CompletionViewDependencies) {
    const { field, box, sources } = dependencies;
    this.#dependencies = dependencies;
    this.#model = new CompletionList(sources);
    this.#options = new KeyedList(box);
    field.addEventListener('input', () => this.#typed());
    field.addEventListener('blur', () => this.leave());
    // A click inserts a completion and keeps the focus, and with it the keyboard of a phone.
    box.addEventListener('mousedown', (event) => event.preventDefault());
    box.addEventListener('click', ({ target }) => {
      const option = target instanceof Element ? target.closest('[role="option"]') : null;
      const match = this.#model.matches.find((one) => this.#idOf(one) === option?.id);
      if (match) this.#insert(match);
    });
  }

  /** Shows the list for the present text and caret, as after typing. */
  refresh(): void {
    this.#typed();
  }

  /** The text was sent, or inserted by the page. */
  leave(): void {
    this.#model.left();
    this.#draw();
  }

  /** @returns whether the list handled the key */
  pressed(event: KeyboardEvent): boolean {
    const { active, isComplete } = this.#model;
    const isPlain = !event.shiftKey && !event.ctrlKey && !event.altKey && !event.metaKey;
    if (!active || !isPlain || isComposing(event)) return false;
    if (event.key === 'Tab' || (event.key === 'Enter' && !isComplete)) this.#insert(active);
    else if (event.key === 'ArrowDown') this.#model.move(1);
    else if (event.key === 'ArrowUp') this.#model.move(-1);
    else if (event.key === 'Escape') this.#model.dismiss(this.#dependencies.field.value);
    else return false;
    this.#draw();
    return true;
  }

  #typed(): void {
    const { field } = this.#dependencies;
    this.#model.typed(field.value, field.selectionEnd);
    this.#draw();
    this.#model.source?.refresh(() => {
      this.#model.changed();
      this.#draw();
    }, this.#model.query);
  }

  /** Has the same effect as typing the text. */
  #insert(completion: Completion): void {
    completion.chosen?.();
    const { start, end } = this.#model.range;
    replaceRange(this.#dependencies.field, start, end, completion.text);
  }

  #idOf({ key }: Completion): string {
    return `${this.#dependencies.box.id}-${key}`;
  }

  #draw(): void {
    const { matches, active, isOpen, source } = this.#model;
    const { box, count, drawn } = this.#dependencies;
    this.#options.render(
      matches.map((match) => ({
        key: match.key,
        version: match.version,
        draw: () => h('li', { id: this.#idOf(match), role: 'option', title: match.title }, ...match.draw()),
      })),
    );
    for (const match of matches)
      this.#options.element(match.key)?.setAttribute('aria-selected', `${match === active}`);
    box.hidden = !isOpen;
    if (isOpen && source) box.ariaLabel = source.label;
    this.#describeField(active);
    if (active) this.#options.element(active.key)?.scrollIntoView({ block: 'nearest' });
    const text = isOpen && source ? source.count(matches.length) : '';
    if (count.textContent !== text) count.textContent = text;
    drawn(isOpen);
  }

  /** The field becomes a combobox with the first match, and remains one. */
  #describeField(active: Completion | null): void {
    const { field, box } = this.#dependencies;
    if (active && !field.hasAttribute('role')) {
      field.setAttribute('role', 'combobox');
      field.setAttribute('aria-autocomplete', 'list');
      field.setAttribute('aria-controls', box.id);
    }
    if (field.hasAttribute('role')) field.setAttribute('aria-expanded', `${active !== null}`);
    if (active) field.setAttribute('aria-activedescendant', this.#idOf(active));
    else field.removeAttribute('aria-activedescendant');
  }
}
