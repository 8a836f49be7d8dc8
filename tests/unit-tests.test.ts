import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { createVitest } from 'vitest/node';

/** Modules of which a unit test must import none: they start processes, browsers and system programs. */
const FORBIDDEN = [
  'node:child_process',
  'tests/support/browser.ts',
  'tests/support/programs.ts',
  'tests/support/server-process.ts',
];

/** The modules that a file imports, directly or through other files of the tests. */
function importsOf(file: string, found = new Set<string>()): Set<string> {
  const text = readFileSync(file, 'utf8');
  for (const [, specifier = ''] of text.matchAll(/(?:from|import\()\s*'([^']+)'/g)) {
    const isLocal = specifier.startsWith('.');
    const module = isLocal ? path.join(path.dirname(file), specifier).replace(/\.js$/, '.ts') : specifier;
    if (found.has(module)) continue;
    found.add(module);
    if (isLocal && /(^|\/)tests\//.test(module) && existsSync(module)) importsOf(module, found);
  }
  return found;
}

describe('the projects of vitest.config.ts', () => {
  test('no unit test starts a process', async () => {
    const vitest = await createVitest('test', { watch: false, project: ['unit'] });
    const specifications = await vitest.globTestSpecifications();
    await vitest.close();
    const files = specifications.map(({ moduleId }) => path.relative(process.cwd(), moduleId));
    expect(files.length).toBeGreaterThan(50);
    const offenders = files.filter((file) => FORBIDDEN.some((module) => importsOf(file).has(module)));
    expect(offenders).toEqual([]);
  });
});
