import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts', 'packages/*/tests/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Real servers, browsers and sockets on few cores: more workers would only wait for each other.
    maxWorkers: 2,
    // Where machines are shared and nobody watches, a test may have a second try; npm test lists those that needed it.
    retry: process.env.CI ? 1 : 0,
  },
});
