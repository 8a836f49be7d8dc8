import { expect, test } from 'vitest';
import { marked } from '../../static/client/marks.js';

/** Sets or removes a mark. `|` is an end of the selection. */
function press(text: string, mark: string): string {
  const [before = '', selection = '', after = ''] = text.split('|');
  const value = before + selection + after;
  const {
    from,
    to,
    text: changed,
    selected,
  } = marked(value, before.length, before.length + selection.length, mark);
  const result = value.slice(0, from) + changed + value.slice(to);
  const [start, end] = [from + selected[0], from + selected[1]];
  return `${result.slice(0, start)}|${result.slice(start, end)}|${result.slice(end)}`;
}

test.each([
  ['a |b| c', '**', 'a **|b|** c'],
  ['a **|b|** c', '**', 'a |b| c'],
  ['a | b |c', '*', 'a  *|b|* c'],
  ['**|b|**', '*', '***|b|***'],
  ['***|b|***', '*', '**|b|**'],
  ['*|b|*', '*', '|b|'],
  ['a ||', '`', 'a `||`'],
  ['||', '**', '**||**'],
])('%j with %j becomes %j', (text, mark, expected) => {
  expect(press(text, mark)).toBe(expected);
});
