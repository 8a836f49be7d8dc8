import { buildAtomically } from './files.js';

/** Browsers that the bundled scripts support. */
export const BROWSERS = ['es2022', 'chrome111', 'firefox113', 'safari16.4'];
export const CLIENT_BUNDLE = 'packages/client/dist/browser/changeroom-client.js';

/** Bundles the client and its transport into one file, for pages without a bundler. */
export async function bundleClient(): Promise<void> {
  await buildAtomically({
    entryPoints: ['packages/client/src/index.ts'],
    outfile: CLIENT_BUNDLE,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: BROWSERS,
  });
}
