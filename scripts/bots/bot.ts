import type { Command } from '../../server/bots/command.js';

/** A bot: its name, the command that it answers, and a function from text to text. */
export interface Bot {
  /** The author of its answers. */
  name: string;
  /** Without the slash, in lower case. */
  command: string;
  /** An example of the command with the slash, shown to users. */
  usage: string;
  /** One line, shown to users. */
  help: string;
  /**
   * @param text what follows the command's name, trimmed
   * @returns the answer, or null to send no answer
   */
  answer(text: string, command: Command): string | null | Promise<string | null>;
}
