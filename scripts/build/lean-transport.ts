import type { Plugin } from 'esbuild';

/**
 * Leaves out of a bundle the transport of engine.io-client that the client never asks for, and its encoder of streams: 0.7 kB
 * compressed.
 */
export const LEAN_TRANSPORT: Plugin = {
  name: 'lean engine.io-client',
  setup(build) {
    build.onLoad(
      { filter: /engine\.io-client[\\/]build[\\/]esm[\\/]transports[\\/]webtransport\.js$/ },
      () => ({
        contents: 'export class WT {}',
      }),
    );
  },
};
