import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';

/** Bytes of the compressed script that a first visit loads. A larger value needs a reason. */
const MAX_SCRIPT_BYTES = 50_000;

test(`the script of the page is smaller than ${MAX_SCRIPT_BYTES} bytes compressed`, () => {
  const { script, imported } = JSON.parse(readFileSync('static/build/assets.json', 'utf8')) as {
    script: string;
    imported: string[];
  };
  const files = [script, ...imported].map((address) => address.replace('/static/', 'static/build/'));
  const size = files.reduce((sum, file) => sum + gzipSync(readFileSync(file), { level: 9 }).length, 0);
  console.log(`${files.join(', ')}: ${size} bytes compressed`);
  expect(size).toBeGreaterThan(10_000);
  expect(size).toBeLessThan(MAX_SCRIPT_BYTES);
});
