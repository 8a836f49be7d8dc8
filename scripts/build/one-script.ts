import { dirname } from 'node:path';
import type { Plugin } from 'esbuild';

const NAMESPACE = 'on demand';

/**
 * Keeps the modules that a script imports statically in one file. A bundler moves each module that modules on demand use
 * too into a file of its own, or one per set of users, and many small files compress worse (12 files: 3 kB more). Here each
 * module on demand imports the whole script, which has run before.
 * @param script path of the entry point
 */
export function inOneFile(script: string): Plugin {
  return {
    name: 'one script',
    setup(build) {
      build.onResolve({ filter: /./ }, async ({ kind, path, pluginData, ...options }) => {
        if (kind !== 'dynamic-import' || pluginData === NAMESPACE) return undefined;
        const resolved = await build.resolve(path, { ...options, kind, pluginData: NAMESPACE });
        return resolved.namespace === 'file' ? { path: resolved.path, namespace: NAMESPACE } : resolved;
      });
      build.onLoad({ filter: /./, namespace: NAMESPACE }, ({ path }) => ({
        contents: `import ${JSON.stringify(script)};\nexport * from ${JSON.stringify(path)};`,
        resolveDir: dirname(path),
      }));
    },
  };
}
