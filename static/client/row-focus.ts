import { isComposing } from './text-field.js';

export interface RowFocusDependencies {
  log: HTMLElement;
  /** The list of messages in the log. */
  rows: HTMLElement;
  isAtEnd: () => boolean;
  /** Draws the newest messages and scrolls to them. */
  showNewest: () => void;
  /** The user has pressed a key in the row of a message. @returns whether it is the key of an action */
  pressed: (key: string, id: string) => boolean;
  /** The user has pressed Escape in a row. @returns whether that has ended something in the row */
  escaped: (id: string) => boolean;
  /** The user leaves the log, in order to write. */
  leave: () => void;
}

/** Rows that can have the focus: messages, and gaps with their button. */
const ROWS = '[data-id], .gap';
/** Controls of a row, besides the action bar. */
const STOPS = ':is(a[href], summary, button, pre)';
/** Rows that another page of the log leaves visible, as a part of its height. */
const PAGE_OVERLAP = 0.1;

/**
 * The keyboard in the log, which has one tab stop, its current row (a roving tab index). Arrow keys, Page Up and Page Down,
 * Home and End make another row current. Links of the current row only are tab stops; its buttons are reached by Enter or
 * the right arrow key.
 */
export class RowFocus {
  readonly #dependencies: RowFocusDependencies;
  /** Null: the last row, whichever that is. */
  #current: HTMLElement | null = null;
  /** Index of the current row, for the case that it is removed. */
  #index = 0;
  #hadFocus = false;
  /** The focus came by the keyboard: letters are keys of actions, and not the beginning of a text. */
  #isByKeyboard = true;

  constructor(dependencies: RowFocusDependencies) {
    const { log, rows } = dependencies;
    this.#dependencies = dependencies;
    // Rows are the tab stop instead.
    log.tabIndex = -1;
    log.addEventListener('pointerdown', () => {
      this.#isByKeyboard = false;
    });
    rows.addEventListener('focusin', ({ target }) => this.#entered(target));
    rows.addEventListener('focusout', ({ relatedTarget }) => {
      const isLeaving = relatedTarget instanceof Node && !rows.contains(relatedTarget);
      if (relatedTarget !== null) this.#isByKeyboard = true;
      if (isLeaving) this.#hadFocus = false;
      if (isLeaving && dependencies.isAtEnd()) this.#setCurrent(null);
    });
    log.addEventListener('keydown', (event) => {
      if (this.#pressed(event)) event.preventDefault();
    });
  }

  /** To be called after each drawing: the current row may be removed, and links may be new. */
  afterDrawing(): void {
    const { rows } = this.#dependencies;
    for (const stop of rows.querySelectorAll<HTMLElement>(`${STOPS}:not([tabindex])`)) stop.tabIndex = -1;
    const { activeElement } = document;
    const isElsewhere = activeElement !== document.body && !rows.contains(activeElement);
    if (isElsewhere && this.#dependencies.isAtEnd()) this.#current = null;
    const isLost = this.#current !== null && !rows.contains(this.#current);
    const all = this.#rows();
    if (isLost) {
      // The same message in a new row, or the row that has taken its place.
      const id = this.#current?.dataset.id;
      const same = id === undefined ? undefined : all.find((row) => row.dataset.id === id);
      const next = same ?? all[Math.min(this.#index, all.length - 1)] ?? null;
      this.#setCurrent(next);
      if (this.#hadFocus && document.activeElement === document.body) next?.focus({ preventScroll: true });
    } else this.#setCurrent(this.#current, all);
  }

  /** @returns whether the key was handled */
  #pressed(event: KeyboardEvent): boolean {
    const { target, key, ctrlKey, altKey, metaKey } = event;
    if (!(target instanceof HTMLElement) || isComposing(event) || ctrlKey || altKey || metaKey) return false;
    if (target.matches('textarea, input')) return false;
    const { leave, escaped, pressed } = this.#dependencies;
    const row = target.closest<HTMLElement>(ROWS);
    if (key === 'Escape') {
      if (row && escaped(row.dataset.id ?? '')) return true;
      if (row && target !== row) row.focus();
      else leave();
      return true;
    }
    if (!row) return false;
    const next = this.#rowAt(key, row);
    if (next) this.#focus(next);
    if (next || key === 'ArrowUp' || key === 'ArrowDown') return true;
    // A block of code scrolls.
    if (target.matches('pre') && key.startsWith('Arrow')) return false;
    if (key === 'ArrowRight' || key === 'ArrowLeft') return this.#moveToButton(row, target, key);
    if (key === 'Enter' && target === row) return this.#moveToButton(row, target, 'ArrowRight');
    return this.#isByKeyboard && pressed(key, row.dataset.id ?? '');
  }

  /** The row to which a key leads. */
  #rowAt(key: string, row: HTMLElement): HTMLElement | undefined {
    const { log, showNewest } = this.#dependencies;
    if (key === 'End') showNewest();
    const rows = this.#rows();
    const index = rows.indexOf(row);
    const page = log.clientHeight * (1 - PAGE_OVERLAP);
    const { top, bottom } = row.getBoundingClientRect();
    switch (key) {
      case 'ArrowUp':
        return rows[index - 1];
      case 'ArrowDown':
        return rows[index + 1];
      case 'Home':
        return rows[0];
      case 'End':
        return rows.at(-1);
      case 'PageUp':
        return rows.find((one) => one.getBoundingClientRect().top >= top - page);
      case 'PageDown':
        return rows.findLast((one) => one.getBoundingClientRect().bottom <= bottom + page);
    }
    return undefined;
  }

  /** Moves among the buttons of a row; to the left of the first one is the row itself. */
  #moveToButton(row: HTMLElement, from: HTMLElement, key: 'ArrowRight' | 'ArrowLeft'): boolean {
    const buttons = [...row.querySelectorAll<HTMLElement>('button')];
    const index = buttons.indexOf(from);
    if (key === 'ArrowRight') buttons[index + 1]?.focus();
    else if (index > 0) buttons[index - 1]?.focus();
    else row.focus();
    return true;
  }

  #focus(row: HTMLElement): void {
    this.#isByKeyboard = true;
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: 'nearest' });
  }

  #entered(target: EventTarget | null): void {
    const row = target instanceof Element ? target.closest<HTMLElement>(ROWS) : null;
    this.#hadFocus = true;
    if (row) this.#setCurrent(row);
  }

  #setCurrent(current: HTMLElement | null, rows = this.#rows()): void {
    const stop = current ?? rows.at(-1) ?? null;
    this.#current = current;
    this.#index = stop ? rows.indexOf(stop) : 0;
    for (const other of this.#dependencies.rows.querySelectorAll<HTMLElement>('[tabindex="0"]'))
      if (!stop?.contains(other)) other.tabIndex = -1;
    if (!stop) return;
    stop.tabIndex = 0;
    for (const link of stop.querySelectorAll<HTMLElement>(
      ':is(a[href]:not(time > a), summary, pre):not([tabindex="0"])',
    ))
      link.tabIndex = 0;
  }

  #rows(): HTMLElement[] {
    return [...this.#dependencies.rows.querySelectorAll<HTMLElement>(`:scope > :is(${ROWS})`)];
  }
}
