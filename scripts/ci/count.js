// Prints how many tests of a Vitest JSON report passed, failed and were skipped, and on standard error what failed.
// A report that is missing or holds no test is a failure: a run that tested nothing must not look like a good one.
import { readFileSync } from 'node:fs';

const linesOfMessage = 60;

try {
  const report = JSON.parse(readFileSync(process.argv[2], 'utf8'));
  // A file whose hooks failed has no test that did.
  const hooks = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  );
  const tests = report.testResults.flatMap((file) =>
    file.assertionResults
      .filter(({ status }) => status === 'failed')
      .map(({ fullName, failureMessages }) => ({ name: fullName, message: failureMessages.join('\n') })),
  );
  for (const { name, message } of [...hooks, ...tests]) {
    console.error(`FAILED ${name}\n${message.split('\n').slice(0, linesOfMessage).join('\n')}`);
  }
  const none = report.numTotalTests === 0 ? 1 : 0;
  console.log(
    report.numPassedTests,
    tests.length + hooks.length + none,
    report.numPendingTests + report.numTodoTests,
  );
} catch (error) {
  console.error(`no test report: ${error.message}`);
  console.log(0, 1, 0);
}
