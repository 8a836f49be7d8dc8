/**
 * A vitest reporter that writes a TestReport to the file TEST_REPORT.
 *
 * Failures are also: a file that cannot be loaded, a suite whose hooks fail (with each of its tests that did not run), an
 * unhandled error, and a test that is skipped without a reason.
 */
import { writeFileSync } from 'node:fs';
import type { Reporter, TestCase, TestModule, TestSuite, Vitest } from 'vitest/node';
import type { ReportEntry, TestReport } from './test-report.js';

/** Properties that tests inherit from their suites. */
interface Inherited {
  skipReason: string | undefined;
  /** Whether a hook or a file has failed, so that tests did not run. */
  isBroken: boolean;
}

export default class CountsReporter implements Reporter {
  #namePattern: RegExp | undefined;

  onInit(vitest: Vitest): void {
    this.#namePattern = vitest.config.testNamePattern;
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly { message?: string }[]): void {
    const counts = new Counts(this.#namePattern);
    for (const error of unhandledErrors) counts.fail('Unhandled error', firstLine(error));
    for (const module of modules)
      counts.addParent(module, module.relativeModuleId, { skipReason: undefined, isBroken: false });
    writeFileSync(process.env.TEST_REPORT ?? 'test-report.json', JSON.stringify(counts.report()));
  }
}

class Counts {
  readonly #namePattern: RegExp | undefined;
  readonly #failed: ReportEntry[] = [];
  readonly #skipped: ReportEntry[] = [];
  readonly #flaky: ReportEntry[] = [];
  #passed = 0;

  /** @param namePattern of `-t`: tests with other names are not counted */
  constructor(namePattern: RegExp | undefined) {
    this.#namePattern = namePattern;
  }

  report(): TestReport {
    const report = { passed: this.#passed, failed: this.#failed, skipped: this.#skipped };
    return this.#flaky.length > 0 ? { ...report, flaky: this.#flaky } : report;
  }

  fail(name: string, reason: string): void {
    this.#failed.push({ name, reason });
  }

  addParent(parent: TestModule | TestSuite, name: string, inherited: Inherited): void {
    const [error] = parent.errors();
    if (error) this.fail(name, firstLine(error));
    const state = {
      skipReason: parent.meta().skipReason ?? inherited.skipReason,
      isBroken: inherited.isBroken || error !== undefined,
    };
    for (const child of parent.children) {
      const childName = `${name} > ${child.name}`;
      if (child.type === 'suite') this.addParent(child, childName, state);
      else this.#addTest(child, childName, state);
    }
  }

  #addTest(test: TestCase, name: string, { skipReason, isBroken }: Inherited): void {
    const result = test.result();
    if (result.state === 'passed') {
      this.#passed += 1;
      if (test.diagnostic()?.flaky)
        this.#flaky.push({ name, reason: firstLine(result.errors?.[0] ?? { message: 'no reason' }) });
    } else if (result.state === 'failed') {
      this.fail(name, firstLine(result.errors[0] ?? { message: 'no reason' }));
    } else if (result.state === 'pending' || isBroken) {
      this.fail(name, 'did not run');
    } else {
      const reason = result.note ?? test.meta().skipReason ?? skipReason;
      if (reason) this.#skipped.push({ name, reason });
      else if (this.#isSelected(test)) this.fail(name, 'skipped without a reason');
    }
  }

  #isSelected(test: TestCase): boolean {
    return !this.#namePattern || this.#namePattern.test(test.fullName.replaceAll(' > ', ' '));
  }
}

function firstLine({ message = 'no message' }: { message?: string }): string {
  return message.replace(/\n.*/s, '');
}
