import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

interface Report {
  passed: number;
  failed: { name: string; reason: string }[];
  skipped: { name: string; reason: string }[];
  flaky?: { name: string; reason: string }[];
}

describe('the counts reporter', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'changeroom-report-'));
    symlinkSync(path.resolve('node_modules'), path.join(folder, 'node_modules'));
    mkdirSync(path.join(folder, 'tests'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Runs vitest on files with these sources. */
  function report(
    sources: Record<string, string>,
    ...args: string[]
  ): { status: number | null; report: Report } {
    const head = `import { beforeAll, describe, expect, test } from 'vitest';\n`;
    for (const [name, source] of Object.entries(sources)) {
      writeFileSync(path.join(folder, 'tests', `${name}.test.ts`), head + source);
    }
    const reporter = `--reporter=${path.resolve('scripts/test/counts-reporter.ts')}`;
    const file = path.join(folder, 'report.json');
    const { status } = spawnSync(
      process.execPath,
      [path.resolve('node_modules/vitest/vitest.mjs'), 'run', '--root', folder, reporter, ...args],
      // With CI set, vitest itself refuses .only.
      { env: { ...process.env, TEST_REPORT: file, VITEST: undefined, CI: undefined }, stdio: 'ignore' },
    );
    return { status, report: JSON.parse(readFileSync(file, 'utf8')) as Report };
  }

  test('the report lists tests that passed when they were retried', () => {
    const result = report({
      flaky: `
        let tries = 0;
        test('unstable', { retry: 1 }, () => expect(tries++).toBe(1));
        test('stable', { retry: 1 }, () => {});
      `,
    });
    expect(result.status).toBe(0);
    expect(result.report).toMatchObject({ passed: 2, failed: [] });
    expect(result.report.flaky?.map(({ name }) => name)).toEqual(['tests/flaky.test.ts > unstable']);
  });

  test('the report counts tests that passed, failed, or were skipped with a reason', () => {
    const result = report({
      mixed: `
        test('right', () => {});
        test('wrong', () => expect(1).toBe(2));
        test('later', { skip: true, meta: { skipReason: 'no network' } }, () => {});
        test('inside', ({ skip }) => skip('no display'));
        describe('suite', { skip: true, meta: { skipReason: 'no disk' } }, () => {
          beforeAll(() => { throw new Error('must not run'); });
          test('nested', () => {});
        });`,
    });
    expect(result.report).toEqual({
      passed: 1,
      failed: [
        { name: 'tests/mixed.test.ts > wrong', reason: expect.stringContaining('expected 1 to be 2') },
      ],
      skipped: [
        { name: 'tests/mixed.test.ts > later', reason: 'no network' },
        { name: 'tests/mixed.test.ts > inside', reason: 'no display' },
        { name: 'tests/mixed.test.ts > suite > nested', reason: 'no disk' },
      ],
    });
  });

  test('the report counts a skip without a reason as a failure, also for todo and .only', () => {
    const { report: counted } = report({
      bare: `test.skip('bare', () => {}); describe.skip('group', () => { test('in it', () => {}); });
        test.todo('some day'); test('dynamic', ({ skip }) => skip());`,
      only: `test.only('chosen', () => {}); test('left out', () => {});`,
    });
    expect(counted.passed).toBe(1);
    expect(counted.failed.map((entry) => [entry.name.split(' > ').at(-1), entry.reason]).sort()).toEqual([
      ['bare', 'skipped without a reason'],
      ['dynamic', 'skipped without a reason'],
      ['in it', 'skipped without a reason'],
      ['left out', 'skipped without a reason'],
      ['some day', 'skipped without a reason'],
    ]);
  });

  test('the report counts failed hooks, files that cannot be loaded and unhandled errors as failures', () => {
    const { report: counted } = report({
      hook: `describe('suite', () => { beforeAll(() => { throw new Error('no server'); }); test('in it', () => {}); });`,
      file: `throw new Error('cannot load');`,
      unhandled: `test('fine', () => { setTimeout(() => { throw new Error('too late'); }); });
        test('waits', () => new Promise((resolve) => setTimeout(resolve, 50)));`,
    });
    expect(counted.passed).toBe(2);
    expect(counted.failed.sort((a, b) => a.name.localeCompare(b.name))).toEqual([
      { name: 'tests/file.test.ts', reason: 'cannot load' },
      { name: 'tests/hook.test.ts > suite', reason: 'no server' },
      { name: 'tests/hook.test.ts > suite > in it', reason: 'did not run' },
      { name: 'Unhandled error', reason: 'too late' },
    ]);
  });

  test('the report counts only tests that -t selects', () => {
    const source = `test('wanted', () => {}); test('other', () => {}); test.skip('wanted too', () => {});`;
    const { report: counted } = report({ named: source }, '-t', 'wanted');
    expect(counted).toEqual({
      passed: 1,
      failed: [{ name: 'tests/named.test.ts > wanted too', reason: 'skipped without a reason' }],
      skipped: [],
    });
  });
});
