import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { LANGUAGE_TAGS } from '../../server/http/pages/texts/languages.js';

/** Bytes of the compressed script that a first visit loads. A larger value needs a reason. */
const MAX_SCRIPT_BYTES = 50_000;
/** Bytes of its compressed styles. */
const MAX_STYLE_BYTES = 10_000;

test.each(LANGUAGE_TAGS)(
  `the script of the page in %s is smaller than ${MAX_SCRIPT_BYTES} bytes compressed`,
  (language) => {
    const { scripts } = JSON.parse(readFileSync('static/build/assets.json', 'utf8')) as {
      scripts: Record<string, { script: string; imported: string[] }>;
    };
    const { script, imported } = scripts[language]!;
    const files = [script, ...imported].map((address) => address.replace('/static/', 'static/build/'));
    const size = files.reduce((sum, file) => sum + gzipSync(readFileSync(file), { level: 9 }).length, 0);
    console.log(`${files.join(', ')}: ${size} bytes compressed`);
    expect(size).toBeGreaterThan(10_000);
    expect(size).toBeLessThan(MAX_SCRIPT_BYTES);
  },
);

test(`the styles of the page are smaller than ${MAX_STYLE_BYTES} bytes compressed`, () => {
  const { style } = JSON.parse(readFileSync('static/build/assets.json', 'utf8')) as { style: string };
  const size = gzipSync(readFileSync(style.replace('/static/', 'static/build/')), { level: 9 }).length;
  expect(size).toBeGreaterThan(1_000);
  expect(size).toBeLessThan(MAX_STYLE_BYTES);
});

test('source maps are not among the files that are served', () => {
  expect(readdirSync('static/build').filter((file) => file.endsWith('.map'))).toEqual([]);
  expect(readdirSync('dist/page-maps').filter((file) => file.startsWith('page-en-'))).toHaveLength(1);
});
