/**
 * `ci-summary.mjs REPORT VERIFY TESTS`: the closing line of `.ci/run`, from vitest's JSON report and the exit statuses of
 * `npm run verify` and `npm test`; ends with status 0 only if all is well. It never says "0 failed" when something did fail:
 * a test file that could not be loaded, an error outside of any test, a failed verify each count as one failure.
 */
import fs from 'node:fs';

const [reportFile = '', verify = '', tests = ''] = process.argv.slice(2);
/** @type {{ numPassedTests: number, numFailedTests: number, numPendingTests: number, numTodoTests: number,
 *   testResults: { status: string, name: string, assertionResults: { status: string }[] }[] } | undefined} */
const report = fs.existsSync(reportFile) ? JSON.parse(fs.readFileSync(reportFile, 'utf8')) : undefined;

const unloadable = (report?.testResults ?? []).filter(
  (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
);
for (const file of unloadable) console.log(`${file.name} failed outside of its tests`);

const passed = report?.numPassedTests ?? 0;
let failed = (report?.numFailedTests ?? 0) + unloadable.length;
if (tests !== '0' && failed === 0) {
  console.log('npm test failed outside of any test: see above');
  failed++;
}
if (tests === '0' && passed === 0) {
  console.log('npm test ran no test');
  failed++;
}
if (verify !== '0') {
  console.log('npm run verify failed: see above');
  failed++;
}
const skipped = (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0);
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = failed === 0 ? 0 : 1;
