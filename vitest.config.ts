import { defineConfig } from 'vitest/config';
import { integrationTests } from './tests/support/test-projects.js';

/** The others are unit tests: `npm run test:unit` runs them in under 30 seconds, without system programs. */
const INTEGRATION_TESTS = integrationTests();
/** Integration tests with a process per file: their drivers report a connection that was refused up to 20 s later. */
const ISOLATED_TESTS = INTEGRATION_TESTS.filter((file) => file.startsWith('packages/'));

export default defineConfig({
  test: {
    // Commands of the broker and starts of servers take seconds of CPU time each, which four workers share.
    testTimeout: 90_000,
    hookTimeout: 90_000,
    // Many tests wait for timers and other processes: three workers use 66 % of two cores.
    maxWorkers: 4,
    // On shared machines a test may have a second try; npm test lists those that needed it.
    retry: process.env.CI ? 1 : 0,
    coverage: {
      provider: 'v8',
      include: ['server/**/*.ts', 'packages/*/src/**/*.ts', 'static/client/**/*.ts'],
      reporter: ['text-summary', 'lcovonly'],
      // Of the unit tests, half a percent below the figures of a run. A run that covers more raises them here: commit that.
      thresholds: {
        autoUpdate: (percent) => Math.floor(percent - 0.5),
        statements: 44,
        branches: 37,
        functions: 42,
        lines: 46,
      },
    },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          // One module graph for all files of a worker: half the CPU time (31 s instead of 53 s), mostly of imports.
          isolate: false,
          include: ['tests/**/*.test.ts', 'packages/*/tests/**/*.test.ts'],
          exclude: INTEGRATION_TESTS,
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          // One module graph and one browser for all files of a worker: imports take a quarter of the time.
          isolate: false,
          include: INTEGRATION_TESTS,
          exclude: ISOLATED_TESTS,
        },
      },
      {
        extends: true,
        test: { name: 'isolated', include: ISOLATED_TESTS },
      },
    ],
  },
});
