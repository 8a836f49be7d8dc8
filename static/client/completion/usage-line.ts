import type { BotCommand } from '../../../server/bots/announcements.js';
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
    else if (usage === 'keys') this.#line.replaceChildren(drawKeys());
    else this.#line.replaceChildren(...h('span', {}, ...drawCommand(usage)).childNodes);
  }
}

function drawKeys(): HTMLElement {
  const key = (name: string) => h('kbd', {}, name);
  const choose = [key('↑'), ' ', key('↓'), ' choose, '];
  return h('span', { class: 'hint' }, key('Tab'), ' completes, ', ...choose, key('Esc'), ' closes');
}
