import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';

/** Bytes of the compressed script that a first visit loads. A larger value needs a reason. */
const MAX_SCRIPT_BYTES = 36_000;

test(`the script of the page is smaller than ${MAX_SCRIPT_BYTES} bytes compressed`, () => {
  const { script } = JSON.parse(readFileSync('static/build/assets.json', 'utf8')) as { script: string };
  const file = script.replace('/static/', 'static/build/');
  const size = gzipSync(readFileSync(file), { level: 9 }).length;
  console.log(`${file}: ${size} bytes compressed`);
  expect(size).toBeGreaterThan(10_000);
  expect(size).toBeLessThan(MAX_SCRIPT_BYTES);
});
