/** Sorts the test files into the projects `unit` and `integration` of vitest.config.ts. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Modules that start processes, browsers and system programs. A test that imports one is an integration test. */
const PROCESS_MODULES: ReadonlySet<string> = new Set([
  'node:child_process',
  'tests/support/browser.ts',
  'tests/support/programs.ts',
  'tests/support/server-process.ts',
]);

/** Beginnings of the paths of other integration tests: they take longer than two seconds. */
const SLOW_TESTS: readonly string[] = [
  'packages/embedded-rethinkdb/tests/drivers',
  'packages/embedded-rethinkdb/tests/feeds/limit-feeds',
  'packages/embedded-rethinkdb/tests/index',
  'packages/embedded-rethinkdb/tests/storage/',
  'packages/embedded-rethinkdb/tests/wire/limits',
  'packages/embedded-rethinkdb/tests/wire/session',
  'tests/client/chat-client',
  'tests/database/availability',
  'tests/database/hosts',
  'tests/database/link',
  'tests/database/name-claims',
  'tests/database/row-cache',
  'tests/database/schema-watch',
  'tests/database/silence',
  'tests/flows/',
  'tests/http/events',
  'tests/http/gate',
  'tests/http/metrics',
  'tests/http/openapi',
  'tests/http/pages.',
  'tests/http/people',
  'tests/http/playground',
  'tests/http/request-file',
  'tests/limits/doors',
  'tests/limits/limits',
  'tests/protocol/text/linear',
  'tests/rooms/convergence',
  'tests/rooms/recheck',
  'tests/rooms/room-',
  'tests/runtime/connection-drainer',
  'tests/scripts/',
  'tests/search/search',
  'tests/search/views',
  'tests/sockets/flood',
  'tests/sockets/people',
  'tests/sockets/slow-reader',
  'tests/sockets/sockets',
  'tests/sockets/write-budget',
];

/** The integration tests, as paths relative to the root of the project. */
export function integrationTests(): string[] {
  return testFiles().filter((file) => isSlow(file) || startsProcesses(file));
}

function testFiles(): string[] {
  const folders = ['tests', ...readdirSync('packages').map((name) => `packages/${name}/tests`)];
  return folders.filter(existsSync).flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.test.ts'))
      .map((file) => path.posix.join(folder, file.replaceAll('\\', '/'))),
  );
}

function isSlow(file: string): boolean {
  return SLOW_TESTS.some((beginning) => file.startsWith(beginning));
}

/** Whether a test imports a module that starts processes, directly or through other files of the tests. */
function startsProcesses(file: string, visited = new Set<string>()): boolean {
  const imports = [...readFileSync(file, 'utf8').matchAll(/(?:from|import\()\s*'([^']+)'/g)];
  return imports.some(([, specifier = '']) => {
    const isLocal = specifier.startsWith('.');
    const module = isLocal ? localModule(file, specifier) : specifier;
    if (PROCESS_MODULES.has(module)) return true;
    if (!isLocal || visited.has(module) || !/(^|\/)(tests|scripts)\//.test(module) || !existsSync(module))
      return false;
    visited.add(module);
    return startsProcesses(module, visited);
  });
}

function localModule(file: string, specifier: string): string {
  return path.posix.join(path.posix.dirname(file), specifier).replace(/\.js$/, '.ts');
}
