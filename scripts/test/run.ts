/**
 * `npm test`: finds or installs the system programs of the tests, checks style and types, builds, runs the tests, and
 * ends with one line of counts: `N passed, N failed, N skipped`.
 *
 * Arguments are vitest's: `npm test -- rooms` runs the tests with "rooms" in their path, without checking style and
 * types. `--project unit` runs the tests that need no system programs; `npm run test:unit` is short for that.
 *
 * Exit codes: 0 when tests ran and none failed, otherwise 1.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../../server/runtime/project-root.js';
import { provideSystemPrograms } from './provide-programs.js';
import type { ReportEntry, TestReport } from './test-report.js';

const NOT_RUN: TestReport = { passed: 0, failed: [], skipped: [] };
const COUNTS_REPORTER = join(ROOT, 'scripts/test/counts-reporter.ts');

const MEMORY_FOLDER = '/dev/shm';
const MIN_MEMORY_BYTES = 4 * 2 ** 30;

const args = process.argv.slice(2);
const isUnitRun = /--project[= ]unit/.test(args.join(' '));

const programs = isUnitRun ? {} : await provideSystemPrograms();
const lintFailures = args.length === 0 ? await runScript('lint') : [];
const buildFailures = await runScript('build');
const report = buildFailures.length > 0 ? NOT_RUN : await runTests(programs);
const failed = [...lintFailures, ...buildFailures, ...report.failed];
printEntries('Skipped', report.skipped);
printEntries('Passed when retried', report.flaky ?? []);
printEntries('Failed', failed);
console.log(`\n${report.passed} passed, ${failed.length} failed, ${report.skipped.length} skipped`);
process.exitCode = failed.length > 0 || report.passed === 0 ? 1 : 0;

/** Runs a script of package.json. @returns its failure, if it fails */
async function runScript(name: string): Promise<ReportEntry[]> {
  const status = await run('npm', ['run', '--silent', name], process.env);
  return status === 0 ? [] : [{ name: `npm run ${name}`, reason: 'see above' }];
}

async function runTests(environment: Record<string, string>): Promise<TestReport> {
  const folder = mkdtempSync(join(temporaryFolder(), 'changeroom-tests-'));
  try {
    return await runVitest({ ...environment, TMPDIR: folder }, join(folder, 'report.json'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * In memory, where there is enough of it: a shared disk can need seconds to sync a write. The tests kill processes, not the
 * machine, so that they find the same files on both.
 */
function temporaryFolder(): string {
  try {
    const { bavail, bsize } = statfsSync(MEMORY_FOLDER);
    if (bavail * bsize >= MIN_MEMORY_BYTES) return MEMORY_FOLDER;
  } catch {
    // This system has no such folder.
  }
  return tmpdir();
}

async function runVitest(environment: Record<string, string>, reportFile: string): Promise<TestReport> {
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
  const reporters = ['--reporter=default', `--reporter=${COUNTS_REPORTER}`];
  const env = { ...process.env, ...environment, TEST_REPORT: reportFile };
  const status = await run(process.execPath, [vitest, 'run', ...reporters, ...args], env);
  const result = readReport(reportFile);
  // vitest can fail for a reason that is not in the report, such as the coverage.
  const failure = { name: 'vitest', reason: `ended with ${status}, see above` };
  if (result === null) return { ...NOT_RUN, failed: [failure] };
  if (status !== 0 && result.failed.length === 0) result.failed.push(failure);
  return result;
}

/** @returns the exit code, the name of the signal that ended the program, or why it was not started */
function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<number | string> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: ROOT, env, stdio: 'inherit' });
    child.on('error', (error) => resolve(error.message));
    child.on('exit', (code, signal) => resolve(code ?? signal ?? 'unknown'));
    // A terminal sends SIGINT to the child as well; this process only waits for its end.
    process.once('SIGINT', () => {});
    process.once('SIGTERM', () => child.kill('SIGTERM'));
  });
}

function readReport(reportFile: string): TestReport | null {
  try {
    return JSON.parse(readFileSync(reportFile, 'utf8')) as TestReport;
  } catch {
    return null;
  }
}

function printEntries(title: string, entries: readonly ReportEntry[]): void {
  if (entries.length > 0) console.log(`\n${title}:`);
  for (const { name, reason } of entries) console.log(`  ${name}: ${reason}`);
}
