import { describe, expect, test } from 'vitest';
import { toHtml } from '../../../../../server/http/pages/html.js';
import { bodyNodes } from '../../../../../server/http/pages/rows/markup/body-nodes.js';

/** HTML without the attributes that all elements of a kind have. */
const html = (body: string, options?: Parameters<typeof bodyNodes>[1]) =>
  toHtml(...bodyNodes(body, options))
    .replaceAll(/ rel="[^"]*" target="_blank"/g, '')
    .replaceAll(/<span class="list-mark">(.*?)<\/span><div>/g, '$1')
    .replaceAll('</div></li>', '</li>')
    .replaceAll(/<div class="code-head"><span>(.*?)<\/span><button.*?<\/button><\/div>/g, '[$1]')
    .replaceAll(/ (?:tabindex="0"|dir="ltr"|title="[^"]*")/g, '');
const block = (language: string, code: string) =>
  `<div class="code-block">[${language}]<pre><code${language === 'code' ? '' : ` data-language="${language}"`}>${code}</code></pre></div>`;

describe('the markup of a body', () => {
  test.each([
    [
      '**bold** *italic* _italic_ ~~struck~~ `code`',
      '<strong>bold</strong> <em>italic</em> <em>italic</em> <s>struck</s> <code>code</code>',
    ],
    ['***both*** **a *b* c**', '<em><strong>both</strong></em> <strong>a <em>b</em> c</strong>'],
    ['**强调**文字', '<strong>强调</strong>文字'],
    ['`a * b` ``c ` d``', '<code>a * b</code> <code>c ` d</code>'],
    ['in ```one\ntwo``` text', 'in <code>one\ntwo</code> text'],
    ['**a\nb**', '<strong>a\nb</strong>'],
    [String.raw`\*a\* \[b](http://c.d) \\*e*`, '*a* [b](<a href="http://c.d/">http://c.d</a>) \\<em>e</em>'],
    [String.raw`\> a`, '&gt; a'],
    [
      '[here](https://a.example/x_(y)) *[b](https://a.example)*',
      '<a href="https://a.example/x_(y)">here</a> <em><a href="https://a.example/">b</a></em>',
    ],
    ['[**b** `c`](https://a.example)', '<a href="https://a.example/"><strong>b</strong> <code>c</code></a>'],
    [
      '[bank.com](https://evil.com)',
      '<a href="https://evil.com/">bank.com</a> <span class="host">(leads to evil.com)</span>',
    ],
    [
      '**https://a.example/_b_/c**',
      '<strong><a href="https://a.example/_b_/c">https://a.example/_b_/c</a></strong>',
    ],
  ])('%j is formatted', (body, expected) => {
    expect(html(body)).toBe(expected);
  });

  test.each([
    ['- a\n- b\n  - c\n* d', '<ul><li>• a</li><li>• b<ul><li>• c</li></ul></li></ul><ul><li>• d</li></ul>'],
    ['1. a\n1. b\n5. c', '<ol><li>1. a</li><li>2. b</li><li>5. c</li></ol>'],
    ['2026. A year', '<ol><li>2026. A year</li></ol>'],
    ['before\n- a\nafter', 'before<ul><li>• a</li></ul>after'],
    ['- a\n\n  b\n\nc', '<ul><li>• a\n\nb</li></ul>c'],
    ['> quoted\n> *too*\nanswer', '<blockquote>quoted\n<em>too</em></blockquote>answer'],
    ['> > deep\n> less', '<blockquote><blockquote>deep</blockquote>less</blockquote>'],
    ['> - a\n> - b', '<blockquote><ul><li>• a</li><li>• b</li></ul></blockquote>'],
    ['- > a', '<ul><li>• <blockquote>a</blockquote></li></ul>'],
  ])('%j has lists and quotes', (body, expected) => {
    expect(html(body)).toBe(expected);
  });

  test.each([
    [
      '```js\nlet a = "<b>";\n\n\n\n\n*x*\n```\nafter',
      `${block('js', 'let a = &quot;&lt;b&gt;&quot;;\n\n\n\n\n*x*')}after`,
    ],
    ['```\na\n```', block('code', 'a')],
    ['```a b\nc```', block('code', 'a b\nc')],
    ['````\n```\na\n```\n````', block('code', '```\na\n```')],
    ['```py\nunclosed', block('py', 'unclosed')],
    ['- a\n  ```\n  b\n    c\n  ```', `<ul><li>• a${block('code', 'b\n  c')}</li></ul>`],
    ['> ```\n> a\n> ```\nb', `<blockquote>${block('code', 'a')}</blockquote>b`],
  ])('%j has a block of code', (body, expected) => {
    expect(html(body)).toBe(expected);
  });

  test.each([
    '2 * 3 * 4',
    '5*3*2 = 30',
    'snake_case_name',
    '__init__',
    'C:\\path\\new',
    '\\\\server\\share',
    '¯\\_(ツ)_/¯',
    ':-) :-* ;_;',
    '#1',
    '# heading',
    '## heading',
    '1) foo',
    '+ foo',
    '-',
    '- ',
    '- - -',
    '---',
    '***',
    '===',
    '1.',
    '1.5',
    '-5',
    '*.ts and *.js',
    'src/* and lib/*',
    '>:( >.< >_>',
    '>foo',
    '->',
    'a > b',
    '```',
    '``',
    '~',
    '~ 5',
    '~~~\na\n~~~',
    '| a | b |\n|---|---|',
    '![alt](x)',
    '<b>bold</b>',
    '<script>alert(1)</script>',
    '&amp; &lt;',
    '[a]',
    '[a](b)',
    '[x] done',
    '[javascript](javascript:alert(1))',
    '[a][b]\n\n[b]: /c',
    'a\n   indented\n\ttab',
    '    four spaces',
    'f*ck and sh*t',
    '@ada_b_c <@id_of_user>',
    '*',
    '**',
    '* *',
    '** **',
    '_ _',
  ])('%j is shown as it was typed', (body) => {
    expect(toHtml(...bodyNodes(body))).toBe(toHtml(body.trimEnd()));
  });

  test('more than two blank lines are shown as two, and lines keep their indentation', () => {
    expect(html(`top${'\n'.repeat(3990)}end`)).toBe('top\n\n\nend');
    expect(html('*a*\n \n\t\n \n\nb')).toBe('<em>a</em>\n\n\nb');
    expect(html('a\n\n\n  b')).toBe('a\n\n\n  b');
    expect(html('*a*\n\n\n  b\nc')).toBe('<em>a</em>\n\n\n  b\nc');
  });

  test('bidi controls are closed at the end of each line', () => {
    expect(html('\u202ereversed')).toBe('\u202ereversed\u202c');
    expect(html('\u2067one\n\u202etwo\u202c')).toBe('\u2067one\u2069\n\u202etwo\u202c');
    expect(html('a\u2069b\u202cc')).toBe('abc');
    expect(html('call \u202a+43 1 234\u202c')).toBe('call \u202a+43 1 234\u202c');
  });

  test('marks beyond the depth of lists and quotes are text', () => {
    const shown = html(`${'>'.repeat(60)} deep`);
    expect(shown.match(/<blockquote>/g)).toHaveLength(8);
    expect(shown).toContain(`${'&gt;'.repeat(52)} deep`);
  });

  test('blocks and markup can be left out', () => {
    expect(html('- *a*', { hasBlocks: false })).toBe('- <em>a</em>');
    expect(html('- *a* http://b.c', { hasMarkup: false })).toBe('- *a* <a href="http://b.c/">http://b.c</a>');
  });

  test('no markup is recognised in the parts that a finder has found', () => {
    const mentions = (text: string) =>
      [...text.matchAll(/<@([\w-]+)>/g)].map((match) => ({
        index: match.index,
        text: match[0],
        nodes: ['@Ada'],
      }));
    const options = { finders: [mentions] };
    for (const around of ['', '*', '**', '~~'])
      expect(html(`${around}<@_a_b_> x${around}`, options)).toContain('@Ada x');
    expect(html('<@_a_> and <@_b_>', options)).toBe('@Ada and @Ada');
    expect(html('`<@_a_>` <@b>', options)).toBe('<code>&lt;@_a_&gt;</code> @Ada');
  });
});
