import { join } from 'node:path';
import type { Plugin } from 'esbuild';
import { ROOT } from '../../server/runtime/project-root.js';

/** Lets the page load the parser of markup when a message needs it: a fifth of the script otherwise. */
export const MARKUP_ON_DEMAND: Plugin = {
  name: 'markup on demand',
  setup(build) {
    build.onResolve({ filter: /^\.\/markup-nodes\.js$/ }, ({ kind }) =>
      kind === 'import-statement' ? { path: join(ROOT, 'static/client/markup-on-demand.ts') } : undefined,
    );
  },
};
