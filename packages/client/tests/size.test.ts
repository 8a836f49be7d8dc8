import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

const MAX_BYTES = 11_000;

/** Size of a browser bundle of the package, minified and compressed, in bytes. */
async function bundleSize(external: string[]): Promise<number> {
  const { outputFiles } = await build({
    entryPoints: ['packages/client/src/index.ts'],
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    external,
    write: false,
  });
  return gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length;
}

test(`the package without its transport is smaller than ${MAX_BYTES} bytes compressed`, async () => {
  const [alone, whole] = [await bundleSize(['engine.io-client']), await bundleSize([])];
  console.log(`changeroom-client: ${alone} bytes compressed, ${whole} with engine.io-client`);
  expect(alone).toBeGreaterThan(1_000);
  expect(alone).toBeLessThan(MAX_BYTES);
  expect(whole).toBeGreaterThan(alone);
});
