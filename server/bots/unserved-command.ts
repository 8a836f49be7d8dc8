import { ChatError } from '../protocol/errors.js';
import type { Message } from '../protocol/message.js';
import type { CommandNotices, Notice } from '../rooms/command-notices.js';
import { commandName } from './command.js';
import { suggestions } from './similar-commands.js';

/**
 * The notice that no bot answers a command.
 * @param name without the slash
 * @param known names of the commands that bots answer
 */
export function noSuchCommand(name: string, known: readonly string[]): ChatError {
  const { names, areSimilar } = suggestions(name, known);
  const list = names.map((other) => `/${other}`).join(', ');
  const hint = list === '' ? '' : areSimilar ? ` Similar commands: ${list}` : ` Commands: ${list}`;
  return new ChatError('no-such-command', `no bot answers /${name} now.${hint}`, { field: 'body' });
}

/** On a server without a broker, no bot answers any command. */
export const withoutBots: CommandNotices = {
  noticeFor(message: Message): Notice {
    const name = commandName(message);
    if (name === null) return null;
    return new ChatError('no-such-command', `this server has no bots: nothing answers /${name}`, {
      field: 'body',
    });
  },
};
