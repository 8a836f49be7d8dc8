import type { BotCommand } from '../../server/bots/announcements.js';

/** The name of a command that is being typed: nothing stands behind it yet. */
const BEGUN = /^\/([^\s=:]*)$/;
/** A name with something behind it. */
const NAMED = /^\/([^\s=:]+)[\s=:]/;

/** What is offered to somebody who types a command to a bot. */
export class CommandList {
  /** What the text may become; nothing where no list is to be shown. */
  matches: readonly BotCommand[] = [];
  #commands: readonly BotCommand[] = [];
  #text = '';
  #active = 0;
  /** The text was typed just now: it is an occasion to offer something. */
  #isTyped = false;
  #isDismissed = false;

  get isOpen(): boolean {
    return this.matches.length > 0;
  }

  /** The name of a command is being typed, whether there is such a command or not. */
  get isBegun(): boolean {
    return this.#isTyped && BEGUN.test(this.#text);
  }

  /** The match that would be taken. */
  get active(): BotCommand | null {
    return this.matches[this.#active] ?? null;
  }

  /** The match that would be taken is in the text already. */
  get isComplete(): boolean {
    return this.active !== null && this.active.command === nameIn(BEGUN, this.#text);
  }

  /** The command that the text names, while what it needs is written behind it. */
  get named(): BotCommand | null {
    const name = nameIn(NAMED, this.#text);
    return this.#commands.find(({ command }) => command === name) ?? null;
  }

  /** The reader has changed the text. A list that he has sent away comes back when he starts anew. */
  typed(text: string): void {
    if (text === '/' || !text.startsWith('/')) this.#isDismissed = false;
    this.#text = text;
    this.#isTyped = true;
    this.#match();
  }

  /** This is the text, but nobody types it any more. */
  left(text: string): void {
    this.typed(text);
    this.#isTyped = false;
    this.matches = [];
  }

  /** @param commands what there is, by name. A list that is shown stays as it is until the next key. */
  learn(commands: readonly BotCommand[]): void {
    this.#commands = commands;
    if (!this.isOpen) this.#match();
  }

  /** Takes the next match, or the one before, around the ends. */
  move(step: 1 | -1): void {
    const count = this.matches.length;
    this.#active = (this.#active + step + count) % count;
  }

  dismiss(): void {
    this.#isDismissed = true;
    this.matches = [];
  }

  #match(): void {
    const begun = this.#isTyped && !this.#isDismissed ? nameIn(BEGUN, this.#text) : null;
    this.matches = begun === null ? [] : this.#commands.filter(({ command }) => command.startsWith(begun));
    // By name: the one that is typed in full, if there is one, comes first.
    this.#active = 0;
  }
}

/** A command without what it needs, and ready for it: `/roll `, or `/stock=` where it is used like that. */
export function completed({ command, usage }: BotCommand): string {
  const name = `/${command}`;
  const next = usage.toLowerCase().startsWith(name) ? usage[name.length] : undefined;
  return name + (next === '=' || next === ':' ? next : ' ');
}

/** In small letters, as commands are known. */
function nameIn(form: RegExp, text: string): string | null {
  return form.exec(text)?.[1]?.toLowerCase() ?? null;
}
