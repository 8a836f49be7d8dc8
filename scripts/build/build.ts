/**
 * `npm run build`: bundles the server, the embedded database and the commands of scripts/, transpiles packages/client, and
 * bundles the script and styles of the page. Types are checked by `npm run lint`, not here.
 */

import { bundlePrograms } from './bundle-programs.js';
import { bundleClient, CLIENT_BUNDLE } from './client-bundle.js';
import { writeAtomically } from './files.js';
import { bundlePage } from './page-assets.js';
import { transpile } from './transpile.js';

/** The server, its threads, and the commands. The other scripts are tools of development, which tsx runs. */
const PROGRAMS = [
  'server/main.ts',
  'server/search/index/thread.ts',
  'scripts/bots/roll.ts',
  'scripts/bots/start.ts',
  'scripts/bots/stock.ts',
  'scripts/create-schema.ts',
  'scripts/database.ts',
  'scripts/message.ts',
  'scripts/move/export.ts',
  'scripts/move/import.ts',
  'scripts/reset.ts',
  'scripts/seed.ts',
  'scripts/tunnel-environment.ts',
];
const EMBEDDED = 'packages/embedded-rethinkdb';
const EMBEDDED_PROGRAMS = ['index.ts', 'worker.ts', 'check.ts', 'command/main.ts'];

/** The program that pm2 files of an earlier chat server start. */
const FORMER_ENTRY_POINT = 'dist/index.js';

await writeAtomically(FORMER_ENTRY_POINT, "import './server/main.js';\n");
await Promise.all([
  bundlePrograms(PROGRAMS, { from: '.', to: 'dist', kept: ['dist/build.js', FORMER_ENTRY_POINT] }),
  bundlePrograms(
    EMBEDDED_PROGRAMS.map((program) => `${EMBEDDED}/src/${program}`),
    { from: `${EMBEDDED}/src`, to: `${EMBEDDED}/dist` },
  ),
  transpile('packages/client/src', 'packages/client/dist', { kept: [CLIENT_BUNDLE, `${CLIENT_BUNDLE}.map`] }),
  bundleClient(),
  bundlePage(),
]);
