import type { BotCommand } from '../../server/bots/announcements.js';
import { CommandList, completed } from './command-list.js';
import { CommandSource } from './command-source.js';
import { byId, h } from './elements.js';
import { KeyedList } from './keyed-list.js';
import { isComposing } from './text-field.js';

/** Shows what bots can be told to do, while the name of a command is typed into a field: an ARIA combobox. */
export class CommandListView {
  readonly #model = new CommandList();
  readonly #source: CommandSource;
  readonly #box = byId('commands');
  readonly #options = new KeyedList(this.#box);
  readonly #count = byId('commands-count');
  readonly #usage = byId('usage');
  #shown: BotCommand | 'keys' | null = null;

  constructor(
    private readonly field: HTMLTextAreaElement,
    ask: () => Promise<BotCommand[]>,
  ) {
    this.#source = new CommandSource(ask, (commands) => {
      this.#model.learn(commands);
      this.#draw();
    });
    field.addEventListener('input', () => this.#typed());
    field.addEventListener('blur', () => this.leave());
    // A click takes a command, and leaves the focus, and the keyboard of a phone, where they are.
    this.#box.addEventListener('mousedown', (event) => event.preventDefault());
    this.#box.addEventListener('click', ({ target }) => {
      const option = target instanceof Element ? target.closest('[role="option"]') : null;
      const command = this.#model.matches.find((match) => idOf(match) === option?.id);
      if (command) this.#take(command);
    });
  }

  /** The text was sent, or put there: nobody types it. */
  leave(): void {
    this.#model.left(this.field.value);
    this.#draw();
  }

  /** @returns whether the key was for the list */
  pressed(event: KeyboardEvent): boolean {
    const { active, isComplete } = this.#model;
    const isPlain = !event.shiftKey && !event.ctrlKey && !event.altKey && !event.metaKey;
    if (!active || !isPlain || isComposing(event)) return false;
    if (event.key === 'Tab' || (event.key === 'Enter' && !isComplete)) this.#take(active);
    else if (event.key === 'ArrowDown') this.#model.move(1);
    else if (event.key === 'ArrowUp') this.#model.move(-1);
    else if (event.key === 'Escape') this.#model.dismiss();
    else return false;
    this.#draw();
    return true;
  }

  #typed(): void {
    this.#model.typed(this.field.value);
    this.#draw();
    if (this.#model.isBegun) void this.#source.keepFresh(Date.now());
  }

  /** As if it had been typed. */
  #take(command: BotCommand): void {
    this.field.value = completed(command);
    this.field.dispatchEvent(new Event('input', { bubbles: true }));
  }

  #draw(): void {
    const { matches, active, isOpen, named } = this.#model;
    this.#options.render(
      matches.map((command) => ({
        key: command.command,
        version: [command.usage, command.help],
        draw: () => drawOption(command),
      })),
    );
    for (const match of matches)
      this.#options.element(match.command)?.setAttribute('aria-selected', `${match === active}`);
    this.#box.hidden = !isOpen;
    this.#describeField(active);
    if (active) this.#options.element(active.command)?.scrollIntoView({ block: 'nearest' });
    const count = isOpen ? `${matches.length} command${matches.length === 1 ? '' : 's'}` : '';
    if (this.#count.textContent !== count) this.#count.textContent = count;
    this.#showUsage(isOpen ? 'keys' : named);
  }

  /** It becomes a combobox only where there is something to choose from, and then stays one. */
  #describeField(active: BotCommand | null): void {
    const { field } = this;
    if (active && !field.hasAttribute('role')) {
      field.setAttribute('role', 'combobox');
      field.setAttribute('aria-autocomplete', 'list');
      field.setAttribute('aria-controls', this.#box.id);
    }
    if (field.hasAttribute('role')) field.setAttribute('aria-expanded', `${active !== null}`);
    if (active) field.setAttribute('aria-activedescendant', idOf(active));
    else field.removeAttribute('aria-activedescendant');
  }

  #showUsage(usage: BotCommand | 'keys' | null): void {
    if (usage === this.#shown) return;
    this.#shown = usage;
    if (usage === null) this.#usage.replaceChildren();
    else if (usage === 'keys') this.#usage.replaceChildren(drawKeys());
    else this.#usage.replaceChildren(...drawCommand(usage));
  }
}

const idOf = ({ command }: BotCommand) => `command-${command}`;

function drawOption(command: BotCommand): HTMLElement {
  const { usage, help } = command;
  return h('li', { id: idOf(command), role: 'option', title: `${usage}\n${help}` }, ...drawCommand(command));
}

/** What a bot says of a command, as text. */
function drawCommand({ usage, help }: BotCommand): Node[] {
  return [h('code', { dir: 'auto' }, usage), document.createTextNode(' '), h('span', { dir: 'auto' }, help)];
}

function drawKeys(): HTMLElement {
  const key = (name: string) => h('kbd', {}, name);
  const choose = [key('↑'), ' ', key('↓'), ' choose, '];
  return h('span', { class: 'hint' }, key('Tab'), ' completes, ', ...choose, key('Esc'), ' closes');
}
