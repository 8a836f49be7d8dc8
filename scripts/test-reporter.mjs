/**
 * A vitest reporter that writes the counts of a run to the file TEST_REPORT, as JSON:
 * { passed, skipped: [{ name, reason }], failed: [{ name, reason }], flaky?: [{ name, reason }] }. Flaky are tests that
 * passed only when they were tried again.
 *
 * Failed is also what vitest counts elsewhere: a file that cannot be loaded, a suite whose hooks fail (with every
 * test it kept from running), an error that nobody caught, and a test skipped without a reason.
 */
import { writeFileSync } from 'node:fs';

export default class TestReporter {
  #namePattern;

  onInit(vitest) {
    this.#namePattern = vitest.config.testNamePattern;
  }

  onTestRunEnd(modules, unhandledErrors) {
    const report = summarise(modules, unhandledErrors, this.#namePattern);
    writeFileSync(process.env.TEST_REPORT, JSON.stringify(report));
  }
}

/** @param namePattern tests that vitest left out because of it (`-t`) are not counted */
function summarise(modules, unhandledErrors, namePattern) {
  const report = { passed: 0, failed: [], skipped: [], flaky: [] };
  const fail = (name, reason) => report.failed.push({ name, reason });
  for (const error of unhandledErrors) fail('Unhandled error', firstLine(error));
  for (const module of modules) visit(module, nameOf(module), { reason: undefined, broken: false });
  if (report.flaky.length === 0) delete report.flaky;
  return report;

  function visit(parent, name, inherited) {
    const error = parent.errors()[0];
    if (error) fail(name, firstLine(error));
    const state = {
      reason: parent.meta().skipReason ?? inherited.reason,
      broken: inherited.broken || error !== undefined,
    };
    for (const child of parent.children) {
      const childName = `${name} > ${child.name}`;
      if (child.type === 'suite') visit(child, childName, state);
      else count(child, childName, state);
    }
  }

  function count(test, name, { reason, broken }) {
    const result = test.result();
    if (result.state === 'passed') {
      report.passed += 1;
      if (test.diagnostic()?.flaky)
        report.flaky.push({ name, reason: firstLine(result.errors?.[0] ?? 'no reason') });
    } else if (result.state === 'failed') fail(name, firstLine(result.errors[0]));
    else if (result.state === 'pending' || broken) fail(name, 'did not run');
    else {
      const why = result.note ?? test.meta().skipReason ?? reason;
      if (why) report.skipped.push({ name, reason: why });
      else if (isChosen(test)) fail(name, 'skipped without a reason');
    }
  }

  function isChosen(test) {
    return !namePattern || test.fullName.replaceAll(' > ', ' ').match(namePattern) !== null;
  }
}

const nameOf = (module) => module.relativeModuleId;
const firstLine = (error) => String(error?.message ?? error).split('\n')[0];
