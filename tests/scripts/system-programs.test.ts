import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';

interface Program {
  name: string;
  variable: string;
  commands: string[];
  places: string[];
  aptPackage: string;
  usedBy: string[];
}

/** A program that is not found unless `change` provides it. */
function program(change: Partial<Program> = {}): Program {
  const absent = { name: 'nowhere', variable: 'NOWHERE_PATH', commands: ['no-such-command'], places: [] };
  return { ...absent, aptPackage: 'nowhere', usedBy: ['tests'], ...change };
}

/** Runs provideSystemPrograms in a process with this environment. */
function provide(programs: Program[], env: Record<string, string> = {}) {
  const script = `
    import { provideSystemPrograms } from './scripts/test/provide-programs.ts';
    console.log(JSON.stringify(await provideSystemPrograms(${JSON.stringify(programs)})));`;
  const child = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    env: { PATH: process.env.PATH, TESTS_INSTALL: 'never', ...env },
    encoding: 'utf8',
  });
  expect(child.stderr).toBe('');
  const { MISSING_PROGRAMS, ...found } = JSON.parse(child.stdout) as Record<string, string>;
  return { found, missing: JSON.parse(MISSING_PROGRAMS ?? '') as Record<string, string> };
}

describe('system programs for tests', () => {
  test('system programs are found by their command on the PATH', () => {
    const { found, missing } = provide([program({ commands: ['sh'] })]);
    expect(found.NOWHERE_PATH).toMatch(/\/sh$/);
    expect(missing).toEqual({});
  });

  test('system programs are found at a known place', () => {
    expect(provide([program({ places: [process.execPath] })]).found).toEqual({
      NOWHERE_PATH: process.execPath,
    });
  });

  test('the variable of a system program overrides the search', () => {
    const { found } = provide([program({ commands: ['sh'] })], { NOWHERE_PATH: process.execPath });
    expect(found).toEqual({ NOWHERE_PATH: process.execPath });
  });

  test('system programs that cannot be installed are missing with a reason', () => {
    expect(provide([program()])).toEqual({
      found: { NOWHERE_PATH: '' },
      missing: { nowhere: 'nowhere was not found (TESTS_INSTALL=never)' },
    });
  });

  test('a system program is missing when its variable names no file, even if the PATH has it', () => {
    const { found, missing } = provide([program({ commands: ['sh'] })], { NOWHERE_PATH: '/no/such/program' });
    expect(found).toEqual({ NOWHERE_PATH: '' });
    expect(missing).toEqual({ nowhere: 'NOWHERE_PATH does not name an executable file' });
  });

  test('system programs that no test uses are neither searched nor installed', () => {
    expect(provide([program({ usedBy: [] })])).toEqual({ found: {}, missing: {} });
  });
});
