import { CONTROL_CHARACTER } from '../protocol/message.js';
import { COMMAND_NAME } from './command.js';

/** A command that a bot offers. */
export interface BotCommand {
  /** Without the slash, in lower case. */
  command: string;
  /** An example, such as `/roll 2d6`. */
  usage: string;
  help: string;
}

/** Milliseconds after which a command that is not announced again is removed. Bots announce every ten seconds. */
export const ANNOUNCEMENT_LIFETIME_MS = 35_000;

const MAX_ANNOUNCEMENT_BYTES = 64 * 1024;
const MAX_COMMANDS = 500;
const MAX_TEXT_CHARACTERS = 200;

/** The commands that bots announce. */
export class Announcements {
  readonly #now: () => number;
  readonly #commands = new Map<string, BotCommand & { expires: number }>();

  /** @param now the time in milliseconds since 1970 */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Adds what one message announces. Invalid announcements are ignored. @param content JSON: a command or a list of them */
  add(content: Buffer): void {
    const expires = this.#now() + ANNOUNCEMENT_LIFETIME_MS;
    for (const announced of parse(content)) {
      if (this.#commands.has(announced.command) || this.#commands.size < MAX_COMMANDS)
        this.#commands.set(announced.command, { ...announced, expires });
    }
  }

  /** @param command in lower case */
  has(command: string): boolean {
    return (this.#commands.get(command)?.expires ?? 0) > this.#now();
  }

  /** Sorted by name. */
  list(): BotCommand[] {
    const now = this.#now();
    for (const [command, { expires }] of this.#commands) if (expires <= now) this.#commands.delete(command);
    return [...this.#commands.values()]
      .map(({ command, usage, help }) => ({ command, usage, help }))
      .sort((a, b) => (a.command < b.command ? -1 : 1));
  }
}

function parse(content: Buffer): BotCommand[] {
  if (content.length > MAX_ANNOUNCEMENT_BYTES) return [];
  try {
    return [JSON.parse(content.toString())]
      .flat()
      .flatMap((value: Partial<Record<string, unknown>> | null) => {
        const { command, usage = `/${command}`, help = '' } = value ?? {};
        if (typeof command !== 'string' || !COMMAND_NAME.test(command)) return [];
        return isText(usage) && isText(help) ? [{ command, usage, help }] : [];
      });
  } catch {
    return [];
  }
}

const isText = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= MAX_TEXT_CHARACTERS && !CONTROL_CHARACTER.test(value);
