import { describe, expect, test } from 'vitest';
import type { BotCommand } from '../../../server/bots/announcements.js';
import { CommandCompletions, completed } from '../../../static/client/completion/command-completions.js';
import type { CompletionSource } from '../../../static/client/completion/completion.js';
import { CompletionList } from '../../../static/client/completion/completion-list.js';

const command = (name: string, usage = `/${name}`): BotCommand => ({ command: name, usage, help: '' });
const BOTS = [command('help'), command('roll', '/roll 2d6'), command('rolls'), command('stock', '/stock=a')];

/** Commands that bots have announced; `set` announces others. */
async function commandsOf(bots: BotCommand[]) {
  let now = 0;
  let announced = bots;
  const source = new CommandCompletions(
    async () => announced,
    () => now,
  );
  const set = async (others: BotCommand[]) => {
    announced = others;
    now += 60_000;
    await new Promise<void>((resolve) => source.refresh(resolve));
  };
  if (bots.length > 0) await set(bots);
  return { source, set };
}

async function list(...texts: string[]) {
  const { source, set } = await commandsOf(BOTS);
  const completions = new CompletionList([source]);
  const type = (text: string) => completions.typed(text, text.length);
  for (const text of texts) type(text);
  const setCommands = async (bots: BotCommand[]) => {
    await set(bots);
    completions.changed();
  };
  return { completions, source, type, setCommands };
}
const offers = ({ completions }: { completions: CompletionList }) =>
  completions.matches.map(({ key }) => key);

describe('the completion list', () => {
  test('commands are listed while a name is typed at the beginning of the text', async () => {
    expect(offers(await list('/'))).toEqual(['help', 'roll', 'rolls', 'stock']);
    expect(offers(await list('/rol'))).toEqual(['roll', 'rolls']);
    expect(offers(await list('/ROLL'))).toEqual(['roll', 'rolls']);
    for (const text of ['', 'roll', ' /roll', 'a/roll', '/x', '//', '/roll ', '/roll\n', '/stock=', '/roll:'])
      expect(offers(await list(text)), JSON.stringify(text)).toEqual([]);
  });

  test('commands are not listed for a text that was sent or inserted, or that continues after the caret', async () => {
    const { completions, type, setCommands } = await list('/ro');
    completions.left();
    expect(completions.isOpen).toBe(false);
    await setCommands(BOTS);
    expect(completions.isOpen).toBe(false);
    type('/rol');
    expect(completions.isOpen).toBe(true);
    completions.typed('/rol', 2);
    expect(completions.isOpen).toBe(false);
  });

  test('commands that arrive late are listed if a name is still being typed', async () => {
    const { source, set } = await commandsOf([]);
    const completions = new CompletionList([source]);
    completions.typed('/ro', 3);
    expect(completions.isOpen).toBe(false);
    await set(BOTS);
    completions.changed();
    expect(offers({ completions })).toEqual(['roll', 'rolls']);
    completions.typed('/roll 2d6', 9);
    completions.changed();
    expect(completions.isOpen).toBe(false);
  });

  test('an open list does not change until the next key when commands change', async () => {
    const { completions, type, setCommands } = await list('/r');
    completions.move(1);
    await setCommands([command('rabbit')]);
    expect(offers({ completions })).toEqual(['roll', 'rolls']);
    expect(completions.active?.key).toBe('rolls');
    type('/ra');
    expect(offers({ completions })).toEqual(['rabbit']);
  });

  test('a dismissed list is shown again for the next name', async () => {
    const { completions, type } = await list('/ro');
    completions.dismiss('/ro');
    for (const text of ['/rol', '/ro', '/rol x', '/rol']) {
      type(text);
      expect(completions.isOpen, text).toBe(false);
    }
    type('/');
    expect(completions.isOpen).toBe(true);
    completions.dismiss('/');
    type('');
    type('/r');
    expect(completions.isOpen).toBe(true);
  });

  test('the selection moves around the ends, and starts at the first match after each key', async () => {
    const { completions, type } = await list('/r');
    const moves = ([1, 1, -1, -1] as const).map((step) => {
      completions.move(step);
      return completions.active?.key;
    });
    expect(moves).toEqual(['rolls', 'roll', 'rolls', 'roll']);
    completions.move(1);
    type('/ro');
    expect(completions.active?.key).toBe('roll');
  });

  test('a name is complete if it is typed as a whole', async () => {
    const isComplete = async (text: string) => (await list(text)).completions.isComplete;
    expect(await isComplete('/rol')).toBe(false);
    expect(await isComplete('/roll')).toBe(true);
    expect(await isComplete('/Roll')).toBe(true);
    const { completions } = await list('/roll');
    completions.move(1);
    expect(completions.isComplete).toBe(false);
  });

  test('the first source that recognises a name completes it, within a text', () => {
    const names = (trigger: string, found: string[]): CompletionSource => ({
      label: trigger,
      count: (matches) => `${matches}`,
      query: (before) => before.match(new RegExp(`(?<!\\S)${trigger}(\\w*)$`))?.[1] ?? null,
      matches: (query) =>
        found
          .filter((name) => name.startsWith(query))
          .map((key) => ({ key, text: key, version: [], draw: () => [] })),
      isComplete: () => false,
      refresh: () => {},
    });
    const completions = new CompletionList([names('@', ['ada', 'anna']), names(':', ['art'])]);
    completions.typed('hi @a!', 5);
    expect(offers({ completions })).toEqual(['ada', 'anna']);
    expect(completions.range).toEqual({ start: 3, end: 5 });
    completions.typed('hi :a', 5);
    expect(completions.source?.label).toBe(':');
    expect(offers({ completions })).toEqual(['art']);
    completions.dismiss('hi :a');
    completions.typed('hi :ar', 6);
    expect(completions.isOpen).toBe(false);
    completions.typed('hi :ar :a', 9);
    expect(completions.isOpen).toBe(true);
  });
});

test('a completed command ends with a space, or with the separator of its usage', () => {
  expect(completed(command('roll', '/roll 2d6'))).toBe('/roll ');
  expect(completed(command('stock', '/stock=aapl.us'))).toBe('/stock=');
  expect(completed(command('stock', '/STOCK:aapl.us'))).toBe('/stock:');
  expect(completed(command('help'))).toBe('/help ');
  expect(completed(command('odd', 'write odd=1'))).toBe('/odd ');
});

test('the usage of a command is shown while its arguments are typed', async () => {
  const { source } = await commandsOf(BOTS);
  expect(source.named('/stock=aapl.us')?.usage).toBe('/stock=a');
  expect(source.named('/Roll ')?.usage).toBe('/roll 2d6');
  for (const text of ['/roll', '/unknown x', 'roll 2d6', '']) expect(source.named(text)).toBeNull();
});
