import { defineConfig } from 'vitest/config';

/**
 * Tests that start system programs, processes or many connections, or take longer than two seconds. All others are unit
 * tests: `npm run test:unit` runs them in under 30 seconds. tests/unit-tests.test.ts checks that they start no programs.
 */
const INTEGRATION_TESTS = [
  'tests/bots/**',
  'tests/chaos/**',
  'tests/client/{chat-client,examples}.test.ts',
  'tests/cluster/**',
  'tests/deploy/**',
  'tests/flows/**',
  'tests/presence/**',
  'tests/scripts/**',
  'tests/sockets/!(inbox|outgoing).test.ts',
  'tests/database/{availability,cluster,hosts,link,name-claims,row-cache,schema-watch,silence,tls}.test.ts',
  'tests/http/{events,gate,metrics,openapi,pages,people,playground}.test.ts',
  'tests/limits/{doors,limits}.test.ts',
  'tests/protocol/text/linear.test.ts',
  'tests/rooms/{convergence,recheck,room-directory,room-service}.test.ts',
  'tests/runtime/connection-drainer.test.ts',
  'packages/*/tests/{damage,disk-full,drivers,durability,index,package}.test.ts',
  'packages/*/tests/**/{limit-feeds,space,storage}.test.ts',
  'packages/*/tests/wire/{limits,session}.test.ts',
];

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Real servers, browsers and sockets on few cores: more workers would wait for each other.
    maxWorkers: 2,
    // On shared machines a test may have a second try; npm test lists those that needed it.
    retry: process.env.CI ? 1 : 0,
    coverage: {
      provider: 'v8',
      include: ['server/**/*.ts', 'packages/*/src/**/*.ts', 'static/client/**/*.ts'],
      reporter: ['text-summary', 'lcovonly'],
      // Of the unit tests. A run that covers a percent more writes its figures here; commit them.
      thresholds: {
        autoUpdate: Math.floor,
        statements: 41,
        branches: 36,
        functions: 40,
        lines: 43,
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
          include: INTEGRATION_TESTS.map((pattern) => pattern.replace(/\/\*\*$/, '/**/*.test.ts')),
        },
      },
    ],
  },
});
