import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Plugin, transform } from 'esbuild';
import { ROOT } from '../../server/runtime/project-root.js';
import { BROWSERS } from './client-bundle.js';

/**
 * Resolves `styles:NAME` to the text of static/styles/on-demand/NAME.css: a module that is loaded on demand brings its styles,
 * which static/client/adopt-styles.ts applies.
 */
export const ON_DEMAND_STYLES: Plugin = {
  name: 'styles on demand',
  setup(build) {
    build.onResolve({ filter: /^styles:[\w-]+$/ }, ({ path }) => ({
      path: join(ROOT, 'static/styles/on-demand', `${path.slice('styles:'.length)}.css`),
      namespace: 'styles',
    }));
    build.onLoad({ filter: /./, namespace: 'styles' }, async ({ path }) => {
      const { code } = await transform(await readFile(path, 'utf8'), {
        loader: 'css',
        minify: true,
        target: BROWSERS,
      });
      return { contents: code, loader: 'text', watchFiles: [path] };
    });
  },
};
