/** A test, file or suite, with the reason why it failed or was skipped. */
export interface ReportEntry {
  name: string;
  reason: string;
}

/** The counts of a test run. */
export interface TestReport {
  passed: number;
  failed: ReportEntry[];
  skipped: ReportEntry[];
  /** Tests that passed when they were retried; absent if there are no such tests. */
  flaky?: ReportEntry[];
}
