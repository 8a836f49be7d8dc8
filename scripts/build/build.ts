/**
 * `npm run build`: transpiles server/, packages/ and the commands of scripts/ file by file, and bundles the script and
 * styles of the page. Types are checked by `npm run lint`, not here.
 */
import { bundleClient, CLIENT_BUNDLE } from './client-bundle.js';
import { writeAtomically } from './files.js';
import { bundlePage } from './page-assets.js';
import { transpile } from './transpile.js';

/** In scripts/: tools of development, which tsx runs. The other scripts also run where only dist/ is installed. */
const DEVELOPMENT = [
  'build/',
  'chaos/',
  'dev.ts',
  'fuzz/',
  'protocol/',
  'screenshot.ts',
  'settings/',
  'test/',
];

/** The program that pm2 files of an earlier chat server start. */
const FORMER_ENTRY_POINT = 'dist/index.js';

await Promise.all([
  transpile('server', 'dist/server'),
  transpile('scripts', 'dist/scripts', { excluded: DEVELOPMENT }),
  transpile('packages/embedded-rethinkdb/src', 'packages/embedded-rethinkdb/dist'),
  transpile('packages/client/src', 'packages/client/dist', { kept: [CLIENT_BUNDLE, `${CLIENT_BUNDLE}.map`] }),
  bundleClient(),
  bundlePage(),
  writeAtomically(FORMER_ENTRY_POINT, "import './server/main.js';\n"),
]);
