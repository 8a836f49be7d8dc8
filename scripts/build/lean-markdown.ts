import type { Plugin } from 'esbuild';

/** The classes of Unicode that markdown-it asks for; the expressions of uc.micro list their ranges, in 2 kB compressed. */
const UNICODE_CLASSES = String.raw`export const P = /\p{P}/u, S = /\p{S}/u;`;

/**
 * Leaves out of a bundle what markdown-it imports and the page does not use, 31 kB compressed: the names of HTML's entities, and the
 * parts of URLs. Without this, a bundler assumes that importing them has an effect.
 */
export const LEAN_MARKDOWN: Plugin = {
  name: 'lean markdown-it',
  setup(build) {
    build.onResolve({ filter: /^(?:entities|mdurl)$/ }, async ({ path, pluginData, ...options }) => {
      if (pluginData === LEAN_MARKDOWN) return undefined;
      const resolved = await build.resolve(path, { ...options, pluginData: LEAN_MARKDOWN });
      return { ...resolved, sideEffects: false };
    });
    build.onResolve({ filter: /^uc\.micro$/ }, ({ path }) => ({ path, namespace: 'unicode' }));
    build.onLoad({ filter: /./, namespace: 'unicode' }, () => ({ contents: UNICODE_CLASSES }));
  },
};
