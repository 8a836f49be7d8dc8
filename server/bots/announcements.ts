import { COMMAND_NAME } from './command.js';

/** What a bot says of one of its commands. */
export interface BotCommand {
  /** Without the slash, in small letters. */
  command: string;
  /** How it is written, as `/roll 2d6`. */
  usage: string;
  help: string;
}

/** Milliseconds after which a bot that has not repeated itself is gone. Bots do so every ten seconds. */
export const ANNOUNCEMENT_LIFETIME = 35_000;

const MAX_BYTES = 64 * 1024;
const MAX_COMMANDS = 500;
const MAX_TEXT = 200;
// biome-ignore lint/suspicious/noControlCharactersInRegex: refusing them is the purpose
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

/** The commands that bots have announced: JSON, one `{command, usage, help}` or a list of them. */
export class Announcements {
  readonly #now: () => number;
  readonly #known = new Map<string, BotCommand & { until: number }>();

  constructor(now = Date.now) {
    this.#now = now;
  }

  /** What is malformed is ignored: it says nothing. */
  learn(content: Buffer): void {
    const until = this.#now() + ANNOUNCEMENT_LIFETIME;
    for (const one of read(content)) {
      if (this.#known.has(one.command) || this.#known.size < MAX_COMMANDS)
        this.#known.set(one.command, { ...one, until });
    }
  }

  /** In the order of their names. */
  list(): BotCommand[] {
    const now = this.#now();
    for (const [command, { until }] of this.#known) if (until <= now) this.#known.delete(command);
    return [...this.#known.values()]
      .map(({ command, usage, help }) => ({ command, usage, help }))
      .sort((a, b) => (a.command < b.command ? -1 : 1));
  }
}

function read(content: Buffer): BotCommand[] {
  if (content.length > MAX_BYTES) return [];
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
  typeof value === 'string' && value.length <= MAX_TEXT && !CONTROL.test(value);
