import type { BotCommand } from '../../server/bots/announcements.js';
import { completionHint } from '../../server/http/pages/rows/key-hints.js';
import { t } from '../../server/http/pages/texts/text.js';
import { CommandList, completed } from './command-list.js';
import { CommandSource } from './command-source.js';
import { byId, h } from './elements.js';
import { KeyedList } from './keyed-list.js';
import { isComposing } from './text-field.js';

/** Completes commands to bots while they are typed into a field: an ARIA combobox. */
export class CommandListView {
  readonly #field: HTMLTextAreaElement;
  readonly #model = new CommandList();
  readonly #source: CommandSource;
  readonly #box = byId('commands');
  readonly #options = new KeyedList(this.#box);
  readonly #count = byId('commands-count');
  readonly #usage = byId('usage');
  #shown: BotCommand | 'keys' | null = null;

  constructor(field: HTMLTextAreaElement, request: () => Promise<BotCommand[]>) {
    this.#field = field;
    this.#source = new CommandSource(request, (commands) => {
      this.#model.setCommands(commands);
      this.#draw();
    });
    field.addEventListener('input', () => this.#typed());
    field.addEventListener('blur', () => this.leave());
    // A click inserts a command and keeps the focus, and with it the keyboard of a phone.
    this.#box.addEventListener('mousedown', (event) => event.preventDefault());
    this.#box.addEventListener('click', ({ target }) => {
      const option = target instanceof Element ? target.closest('[role="option"]') : null;
      const command = this.#model.matches.find((match) => idOf(match) === option?.id);
      if (command) this.#insert(command);
    });
  }

  /** The text was sent, or inserted by the page. */
  leave(): void {
    this.#model.left(this.#field.value);
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
    else if (event.key === 'Escape') this.#model.dismiss();
    else return false;
    this.#draw();
    return true;
  }

  #typed(): void {
    this.#model.typed(this.#field.value);
    this.#draw();
    if (this.#model.isTyping) void this.#source.refresh(Date.now());
  }

  /** Has the same effect as typing the command. */
  #insert(command: BotCommand): void {
    this.#field.value = completed(command);
    this.#field.dispatchEvent(new Event('input', { bubbles: true }));
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
    const count = isOpen ? t('commands.found', { count: matches.length }) : '';
    if (this.#count.textContent !== count) this.#count.textContent = count;
    this.#showUsage(isOpen ? 'keys' : named);
  }

  /** The field becomes a combobox with the first match, and remains one. */
  #describeField(active: BotCommand | null): void {
    const field = this.#field;
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
    else if (usage === 'keys') this.#usage.replaceChildren(h('span', { class: 'hint' }, ...completionHint()));
    else this.#usage.replaceChildren(...drawCommand(usage));
  }
}

const idOf = ({ command }: BotCommand) => `command-${command}`;

function drawOption(command: BotCommand): HTMLElement {
  const { usage, help } = command;
  return h('li', { id: idOf(command), role: 'option', title: `${usage}\n${help}` }, ...drawCommand(command));
}

/** The texts of a bot about its command. */
function drawCommand({ usage, help }: BotCommand): Node[] {
  return [h('code', { dir: 'auto' }, usage), document.createTextNode(' '), h('span', { dir: 'auto' }, help)];
}
