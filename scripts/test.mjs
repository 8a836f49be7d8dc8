/**
 * `npm test`: provides the real programs, builds, runs every test, and ends with one line of counts:
 * `N passed, N failed, N skipped`. Arguments are vitest's: `npm test -- rooms` runs the tests of rooms.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { provideSystemPrograms } from './system-programs.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

const report = await runTests(process.argv.slice(2));
printList('Skipped', report.skipped);
printList('Passed at the second try', report.flaky ?? []);
printList('Failed', report.failed);
console.log(`\n${report.passed} passed, ${report.failed.length} failed, ${report.skipped.length} skipped`);
process.exitCode = report.failed.length > 0 || report.passed === 0 ? 1 : 0;

async function runTests(args) {
  const programs = await provideSystemPrograms();
  if ((await run('npm', ['run', '--silent', 'build'], process.env)) !== 0) return failure('npm run build');

  const folder = mkdtempSync(join(tmpdir(), 'changeroom-tests-'));
  try {
    return await runVitest(args, programs, join(folder, 'report.json'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runVitest(args, programs, reportFile) {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=./scripts/test-reporter.mjs'];
  const environment = { ...process.env, ...programs, TEST_REPORT: reportFile };
  const status = await run(process.execPath, [vitest, 'run', ...reporters, ...args], environment);
  const result = readReport(reportFile);
  if (result === null) return failure(`vitest (ended with ${status})`);
  // A reason to fail that the report does not know of must not pass for success.
  if (status !== 0 && result.failed.length === 0)
    result.failed.push({ name: 'vitest', reason: `ended with ${status}` });
  return result;
}

/** @returns the exit code, or the name of the signal that ended the program */
function run(command, args, env) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, env, stdio: 'inherit' });
    child.on('error', (error) => resolve(error.message));
    child.on('exit', (code, signal) => resolve(code ?? signal));
    // The terminal sends Ctrl-C to the child as well; what is left to do here is to wait for its end.
    process.once('SIGINT', () => {});
    process.once('SIGTERM', () => child.kill('SIGTERM'));
  });
}

function readReport(reportFile) {
  try {
    return JSON.parse(readFileSync(reportFile, 'utf8'));
  } catch {
    return null;
  }
}

function failure(name) {
  return { passed: 0, failed: [{ name, reason: 'see above' }], skipped: [] };
}

function printList(title, entries) {
  if (entries.length > 0) console.log(`\n${title}:`);
  for (const { name, reason } of entries) console.log(`  ${name}: ${reason}`);
}
