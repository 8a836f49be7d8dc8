import type { Random } from '../random.js';
import { faultsOf } from '../rendered-body.js';
import { answered, Finding, type Surface } from '../surface.js';

const BATCH = 32;

const PIECES = [
  '*',
  '**',
  '***',
  '_',
  '__',
  '~~',
  '`',
  '``',
  '```',
  '```js\n',
  '> ',
  '>',
  '- ',
  '* ',
  '1. ',
  '9. ',
  '[',
  ']',
  '](',
  ')',
  '(',
  '!',
  '\\',
  '[a](https://a.example/b_c)',
  '[bank.com](https://evil.example)',
  '](javascript:alert(1))',
  'https://a.example/_x_',
  'www.a.example',
  'a@b.cd',
  '<@user_1>',
  '<img src=x onerror=alert(1)>',
  '&lt;',
  '¯\\_(ツ)_/¯',
  ':smile:',
  '\n',
  '\n',
  '\n\n',
  '\n  ',
  '\n    ',
  ' ',
  ' ',
  '\t',
  'word',
  'two words',
  'ß',
  '漢字',
  'שלום',
  '\u202e',
  '\u2066',
  '\u2069',
  '👩‍👩‍👧',
  '| a |',
  '#',
  '# ',
  '---',
  '+',
  ':',
] as const;

function body(random: Random): string {
  const pieces = random.list(40, () =>
    random.chance(0.9) ? random.pick(PIECES) : random.wellFormed().slice(0, 200),
  );
  return pieces.join('').slice(0, 4_000);
}

/** Bodies of messages with markup: rendered here, and as a page by the server. */
export const bodies: Surface = {
  name: 'markup of bodies',
  async attack(random, { url }) {
    const texts = Array.from({ length: BATCH }, () => body(random));
    for (const text of texts) {
      const faults = faultsOf(text);
      if (faults.length > 0) throw new Finding(faults.join(', '), JSON.stringify(text));
    }
    const [input = ''] = texts;
    const form = new URLSearchParams({ action: 'create', body: input });
    const page = await answered(fetch(`${url}/r/fuzz-bodies`, { method: 'POST', body: form }), input);
    await page.arrayBuffer();
    if (page.status >= 500) throw new Finding(`status ${page.status}`, input);
    return BATCH;
  },
};
