import { defineConfig } from 'vitest/config';

/**
 * Tests that start system programs, processes of the server, or browsers. All others are unit tests: `npm run test:unit`
 * runs them, in under 30 seconds. tests/unit-tests.test.ts checks the list.
 */
const SYSTEM_TESTS = [
  'tests/bots/**',
  'tests/chaos/**',
  'tests/cluster/**',
  'tests/deploy/**',
  'tests/flows/**',
  'tests/presence/**',
  'tests/scripts/**',
  'tests/database/cluster.test.ts',
  'tests/database/tls.test.ts',
  'tests/sockets/processes.test.ts',
];

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Real servers, browsers and sockets on few cores: more workers would wait for each other.
    maxWorkers: 2,
    // On shared machines a test may have a second try; npm test lists those that needed it.
    retry: process.env.CI ? 1 : 0,
    projects: [
      { extends: true, test: { name: 'unit', include: ['tests/**/*.test.ts'], exclude: SYSTEM_TESTS } },
      { extends: true, test: { name: 'system', include: SYSTEM_TESTS.map((path) => path.replace(/\/\*\*$/, '/**/*.test.ts')) } },
    ],
  },
});
