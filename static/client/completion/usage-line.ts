import type { BotCommand } from '../../../server/bots/announcements.js';
import { completionHint } from '../../../server/http/pages/rows/key-hints.js';
import { byId, h } from '../elements.js';
import { drawCommand } from './command-completions.js';

/** The line below the field: the usage of the typed command, or the keys of an open list. */
export class UsageLine {
  readonly #line = byId('usage');
  #shown: BotCommand | 'keys' | null = null;

  show(usage: BotCommand | 'keys' | null): void {
    if (usage === this.#shown) return;
    this.#shown = usage;
    if (usage === null) this.#line.replaceChildren();
    else if (usage === 'keys') this.#line.replaceChildren(h('span', { class: 'hint' }, ...completionHint()));
    else this.#line.replaceChildren(...h('span', {}, ...drawCommand(usage)).childNodes);
  }
}
