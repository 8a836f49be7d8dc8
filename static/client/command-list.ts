import type { BotCommand } from '../../server/bots/announcements.js';

/** The name of a command that is being typed: nothing follows it yet. */
const PARTIAL_COMMAND = /^\/([^\s=:]*)$/;
/** The name of a command and what follows it. */
const COMMAND_WITH_ARGUMENTS = /^\/([^\s=:]+)[\s=:]/;

/** The completion list for commands to bots. */
export class CommandList {
  #matches: readonly BotCommand[] = [];
  #commands: readonly BotCommand[] = [];
  #text = '';
  #active = 0;
  /** The text was typed, and not inserted by the page. */
  #isTyped = false;
  #isDismissed = false;

  /** Commands that complete the text; empty if no list is shown. */
  get matches(): readonly BotCommand[] {
    return this.#matches;
  }

  get isOpen(): boolean {
    return this.#matches.length > 0;
  }

  /** The name of a command is being typed, whether the command exists or not. */
  get isTyping(): boolean {
    return this.#isTyped && PARTIAL_COMMAND.test(this.#text);
  }

  /** The selected match. */
  get active(): BotCommand | null {
    return this.#matches[this.#active] ?? null;
  }

  /** The text contains the whole name of the selected match. */
  get isComplete(): boolean {
    return this.active !== null && this.active.command === nameIn(PARTIAL_COMMAND, this.#text);
  }

  /** The command whose arguments are being typed. */
  get named(): BotCommand | null {
    const name = nameIn(COMMAND_WITH_ARGUMENTS, this.#text);
    return this.#commands.find(({ command }) => command === name) ?? null;
  }

  /** The reader has changed the text. A dismissed list is shown again for the next command. */
  typed(text: string): void {
    if (text === '/' || !text.startsWith('/')) this.#isDismissed = false;
    this.#text = text;
    this.#isTyped = true;
    this.#match();
  }

  /** The text was inserted or is not typed any more. */
  left(text: string): void {
    this.typed(text);
    this.#isTyped = false;
    this.#matches = [];
  }

  /** @param commands all commands by name. An open list does not change until the next key. */
  setCommands(commands: readonly BotCommand[]): void {
    this.#commands = commands;
    if (!this.isOpen) this.#match();
  }

  /** Selects the next or previous match, around the ends. */
  move(step: 1 | -1): void {
    const count = this.#matches.length;
    this.#active = (this.#active + step + count) % count;
  }

  dismiss(): void {
    this.#isDismissed = true;
    this.#matches = [];
  }

  #match(): void {
    const partial = this.#isTyped && !this.#isDismissed ? nameIn(PARTIAL_COMMAND, this.#text) : null;
    this.#matches =
      partial === null ? [] : this.#commands.filter(({ command }) => command.startsWith(partial));
    // Matches are sorted by name, so that a complete name is the first match.
    this.#active = 0;
  }
}

/** The command, ready for its arguments: `/roll `, or `/stock=` if its usage has that form. */
export function completed({ command, usage }: BotCommand): string {
  const name = `/${command}`;
  const next = usage.toLowerCase().startsWith(name) ? usage[name.length] : undefined;
  return name + (next === '=' || next === ':' ? next : ' ');
}

/** In lower case, as commands are registered. */
function nameIn(form: RegExp, text: string): string | null {
  return form.exec(text)?.[1]?.toLowerCase() ?? null;
}
