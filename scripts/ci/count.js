// Prints how many tests of a Vitest JSON report passed, failed and were skipped. A report that is missing or
// holds no test is a failure: a run that tested nothing must not look like a good one.
import { readFileSync } from 'node:fs';

try {
  const report = JSON.parse(readFileSync(process.argv[2], 'utf8'));
  const failed =
    report.numFailedTests +
    report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0)
      .length;
  const none = report.numTotalTests === 0 ? 1 : 0;
  console.log(report.numPassedTests, failed + none, report.numPendingTests + report.numTodoTests);
} catch (error) {
  console.error(`no test report: ${error.message}`);
  console.log(0, 1, 0);
}
