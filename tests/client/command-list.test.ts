import { describe, expect, test } from 'vitest';
import type { BotCommand } from '../../server/bots/announcements.js';
import { CommandList, completed } from '../../static/client/command-list.js';

const command = (name: string, usage = `/${name}`): BotCommand => ({ command: name, usage, help: '' });
const BOTS = [command('help'), command('roll', '/roll 2d6'), command('rolls'), command('stock', '/stock=a')];

function list(...texts: string[]) {
  const commands = new CommandList();
  commands.setCommands(BOTS);
  for (const text of texts) commands.typed(text);
  return commands;
}
const offers = (commands: CommandList) => commands.matches.map((match) => match.command);

describe('the completion list for commands', () => {
  test('commands are listed while a name is typed at the beginning of the text', () => {
    expect(offers(list('/'))).toEqual(['help', 'roll', 'rolls', 'stock']);
    expect(offers(list('/rol'))).toEqual(['roll', 'rolls']);
    expect(offers(list('/ROLL'))).toEqual(['roll', 'rolls']);
    for (const text of ['', 'roll', ' /roll', 'a/roll', '/x', '//', '/roll ', '/roll\n', '/stock=', '/roll:'])
      expect(offers(list(text)), JSON.stringify(text)).toEqual([]);
  });

  test('commands are not listed for a text that was sent or inserted', () => {
    const commands = list('/ro');
    commands.left('/ro');
    expect(commands.isOpen).toBe(false);
    commands.setCommands(BOTS);
    expect(commands.isOpen).toBe(false);
    commands.typed('/rol');
    expect(commands.isOpen).toBe(true);
  });

  test('commands that arrive late are listed if a name is still being typed', () => {
    const commands = new CommandList();
    commands.typed('/ro');
    expect(commands.isOpen).toBe(false);
    commands.setCommands(BOTS);
    expect(offers(commands)).toEqual(['roll', 'rolls']);
    commands.typed('/roll 2d6');
    commands.setCommands(BOTS);
    expect(commands.isOpen).toBe(false);
  });

  test('an open list does not change until the next key when commands change', () => {
    const commands = list('/r');
    commands.move(1);
    commands.setCommands([command('rabbit')]);
    expect(offers(commands)).toEqual(['roll', 'rolls']);
    expect(commands.active?.command).toBe('rolls');
    commands.typed('/ra');
    expect(offers(commands)).toEqual(['rabbit']);
  });

  test('a dismissed list is shown again for the next command', () => {
    const commands = list('/ro');
    commands.dismiss();
    for (const text of ['/rol', '/ro', '/rol x', '/rol']) {
      commands.typed(text);
      expect(commands.isOpen, text).toBe(false);
    }
    commands.typed('/');
    expect(commands.isOpen).toBe(true);
    commands.dismiss();
    commands.typed('');
    commands.typed('/r');
    expect(commands.isOpen).toBe(true);
  });

  test('the selection moves around the ends, and starts at the first match after each key', () => {
    const commands = list('/r');
    const moves = ([1, 1, -1, -1] as const).map((step) => {
      commands.move(step);
      return commands.active?.command;
    });
    expect(moves).toEqual(['rolls', 'roll', 'rolls', 'roll']);
    commands.move(1);
    commands.typed('/ro');
    expect(commands.active?.command).toBe('roll');
  });

  test('a command is complete if its whole name is typed', () => {
    expect(list('/rol').isComplete).toBe(false);
    expect(list('/roll').isComplete).toBe(true);
    expect(list('/Roll').isComplete).toBe(true);
    const other = list('/roll');
    other.move(1);
    expect(other.isComplete).toBe(false);
  });

  test('a completed command ends with a space, or with the separator of its usage', () => {
    expect(completed(command('roll', '/roll 2d6'))).toBe('/roll ');
    expect(completed(command('stock', '/stock=aapl.us'))).toBe('/stock=');
    expect(completed(command('stock', '/STOCK:aapl.us'))).toBe('/stock:');
    expect(completed(command('help'))).toBe('/help ');
    expect(completed(command('odd', 'write odd=1'))).toBe('/odd ');
  });

  test('the usage of a command is shown while its arguments are typed', () => {
    expect(list('/stock=aapl.us').named?.usage).toBe('/stock=a');
    expect(list('/Roll ').named?.usage).toBe('/roll 2d6');
    for (const text of ['/roll', '/unknown x', 'roll 2d6', '']) expect(list(text).named).toBeNull();
  });
});
