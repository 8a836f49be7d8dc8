import type { BotCommand } from '../../../server/bots/announcements.js';
import { type Child, element } from '../../../server/http/pages/rows/element.js';
import { t } from '../../../server/http/pages/texts/text.js';
import { CommandSource } from './command-source.js';
import type { Completion, CompletionSource } from './completion.js';

/** The name of a command that is being typed: nothing follows it yet. */
const PARTIAL_COMMAND = /^\/([^\s=:]*)$/;
/** The name of a command and what follows it. */
const COMMAND_WITH_ARGUMENTS = /^\/([^\s=:]+)[\s=:]/;

/** Completes commands to bots at the beginning of a text. */
export class CommandCompletions implements CompletionSource {
  readonly #source: CommandSource;
  readonly #now: () => number;
  #commands: readonly BotCommand[] = [];
  #changed = () => {};

  constructor(request: () => Promise<BotCommand[]>, now: () => number = Date.now) {
    this.#now = now;
    this.#source = new CommandSource(request, (commands) => {
      this.#commands = commands;
      this.#changed();
    });
  }

  get label(): string {
    return t('commands.title');
  }

  count(matches: number): string {
    return t('commands.found', { count: matches });
  }

  query(before: string, after: string): string | null {
    return after === '' ? (PARTIAL_COMMAND.exec(before)?.[1] ?? null) : null;
  }

  /** Sorted by name, so that a complete name is the first match. */
  matches(query: string): readonly Completion[] {
    const name = query.toLowerCase();
    return this.#commands
      .filter(({ command }) => command.startsWith(name))
      .map((command) => ({
        key: command.command,
        text: completed(command),
        title: `${command.usage}\n${command.help}`,
        version: [command.usage, command.help],
        draw: () => drawCommand(command),
      }));
  }

  isComplete(query: string, { key }: Completion): boolean {
    return key === query.toLowerCase();
  }

  refresh(changed: () => void): void {
    this.#changed = changed;
    void this.#source.refresh(this.#now());
  }

  /** The command whose arguments are being typed. */
  named(text: string): BotCommand | null {
    const name = COMMAND_WITH_ARGUMENTS.exec(text)?.[1]?.toLowerCase();
    return this.#commands.find(({ command }) => command === name) ?? null;
  }
}

/** The command, ready for its arguments: `/roll `, or `/stock=` if its usage has that form. */
export function completed({ command, usage }: Pick<BotCommand, 'command' | 'usage'>): string {
  const name = `/${command}`;
  const next = usage.toLowerCase().startsWith(name) ? usage[name.length] : undefined;
  return name + (next === '=' || next === ':' ? next : ' ');
}

/** The texts of a bot about its command. */
export function drawCommand({ usage, help }: BotCommand): Child[] {
  return [element('code', { dir: 'auto' }, usage), ' ', element('span', { dir: 'auto' }, help)];
}
