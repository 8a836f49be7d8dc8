import { createServer } from 'node:http';
import type { Plugin } from 'esbuild';
import Primus from 'primus';
import { ROOT } from '../../server/runtime/project-root.js';

/**
 * Resolves `primus-client`. Primus generates its client from the options of its server; its transport is bundled from
 * the package engine.io-client.
 */
export const primusClient: Plugin = {
  name: 'primus-client',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^primus-client$/ }, () => ({ path: 'primus-client', namespace: 'primus' }));
    onLoad({ filter: /.*/, namespace: 'primus' }, () => ({ contents: primusModule(), resolveDir: ROOT }));
  },
};

function primusModule(): string {
  const primus = new Primus(createServer(), {
    transformer: 'engine.io',
    pathname: '/primus',
    parser: 'JSON',
  });
  const withoutTransport = primus.library(true);
  primus.destroy();
  // Primus looks for a global `eio` first. Otherwise it would call `require`, which browsers do not have.
  return `
    import { Socket } from 'engine.io-client';
    const eio = (options) => new Socket(options);
    const module = { exports: {} };
    (function (module, require) { ${withoutTransport} }).call({}, module, undefined);
    export default module.exports;`;
}
