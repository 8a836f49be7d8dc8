import type { Message } from 'changeroom-client';
import { icon } from '../../../server/http/pages/rows/icon.js';
import { t } from '../../../server/http/pages/texts/text.js';
import { h } from '../elements.js';
import type { MessageAction } from './message-action.js';

/** Width of a button and of the space around all of them, in rem: the style sheet places the bar by its width. */
const BUTTON_REM = 2;
const SPACE_REM = 0.3;

/**
 * The actions of one message. The page has one bar, which moves to the row under the pointer or with the focus: rows stay
 * small, buttons are no tab stops, and screen readers announce a new message without the names of its buttons.
 */
export class ActionBar {
  // Off, because the bar moves within the log, which announces what is added to it.
  readonly #element = h('div', {
    class: 'actions action-bar',
    role: 'toolbar',
    'aria-label': t('message.actions'),
    'aria-live': 'off',
  });
  #shown = '';

  contains(node: Node | null): boolean {
    return this.#element.contains(node);
  }

  /** Moves the bar to the end of a row. @param row null: removes the bar */
  show(row: Element | null, message: Message | undefined, actions: readonly MessageAction[]): void {
    const offered = message ? actions.filter((action) => action.isOffered(message)) : [];
    if (!row || !message || offered.length === 0) {
      this.#element.remove();
      return;
    }
    const labels = offered.map((action) => ({ action, label: action.label(message) }));
    const shown = JSON.stringify(labels.map(({ action, label }) => [action.name, label]));
    if (shown !== this.#shown) {
      this.#shown = shown;
      this.#element.replaceChildren(...labels.map(({ action, label }) => button(action, label)));
      this.#element.style.setProperty('--actions', `${offered.length * BUTTON_REM + SPACE_REM}rem`);
    }
    if (this.#element.parentElement !== row) row.append(this.#element);
  }
}

function button({ name, key, icon: sign }: MessageAction, label: string): HTMLButtonElement {
  const keyName = key.length === 1 ? key.toUpperCase() : key.charAt(0).toUpperCase() + key.slice(1);
  const attributes = {
    type: 'button',
    class: 'tool',
    'data-action': name,
    'aria-label': label,
    'aria-keyshortcuts': keyName,
    title: `${label} (${keyName})`,
    tabindex: '-1',
  };
  return h('button', attributes, icon(sign));
}
