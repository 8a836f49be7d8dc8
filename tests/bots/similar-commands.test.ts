import { expect, test } from 'vitest';
import { suggestions } from '../../server/bots/similar-commands.js';
import { noSuchCommand } from '../../server/bots/unserved-command.js';

const known = ['help', 'roll', 'stock', 'weather'];

test.each([
  ['rol', ['roll']],
  ['sotck', ['stock']],
  ['wea', ['weather']],
  ['rolls', ['roll']],
])('commands similar to /%s are suggested', (name, names) => {
  expect(suggestions(name, known)).toEqual({ names, areSimilar: true });
});

test('all commands are suggested for one without similar ones, at most five', () => {
  expect(suggestions('xyzzy', known)).toEqual({ names: known, areSimilar: false });
  expect(suggestions('q', known)).toEqual({ names: known, areSimilar: false });
  const many = Array.from({ length: 500 }, (_, i) => `command-${i}`);
  expect(suggestions('xyzzy', many).names).toHaveLength(5);
  expect(suggestions('command-7', many).names[0]).toBe('command-7');
});

test('the notice of an unserved command names it and the commands to try', () => {
  expect(noSuchCommand('rol', known)).toMatchObject({
    code: 'no-such-command',
    message: 'no bot answers /rol now. Similar commands: /roll',
  });
  expect(noSuchCommand('xyzzy', ['roll']).message).toBe('no bot answers /xyzzy now. Commands: /roll');
  expect(noSuchCommand('xyzzy', []).message).toBe('no bot answers /xyzzy now.');
});
