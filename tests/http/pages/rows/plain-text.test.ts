import { expect, test } from 'vitest';
import { bodyNodes } from '../../../../server/http/pages/rows/markup/body-nodes.js';
import { layoutText, plainText } from '../../../../server/http/pages/rows/plain-text.js';

test.each([
  ['**bold** and [here](https://a.example)\nmore', 'bold and here'],
  ['> quoted\nanswer', 'answer'],
  ['> only *quoted*', 'only quoted'],
  ['```js\nlet a;\nlet b;\n```', 'let a;'],
  ['- first\n- second', 'first'],
  ['[bank.com](https://evil.com)', 'bank.com'],
  ['2 * 3', '2 * 3'],
])('the plain text of %j is its first line without markup', (body, expected) => {
  expect(plainText(body)).toBe(expected);
});

test('a line of code counts as one line, however long it is', () => {
  const text = layoutText(
    bodyNodes(`\`\`\`\n${'x'.repeat(500)}\n${'y'.repeat(500)}\n\`\`\`\n${'z'.repeat(100)}`),
  );
  expect(text.split('\n').map((line) => line.length)).toEqual([30, 30, 100]);
});
