/** The closing line of .ci/run (scripts/ci-summary.mjs): what counts as a failure, and that it never hides one. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';

type TestFile = { status: string; name: string; assertionResults: { status: string }[] };

const passing: TestFile = { status: 'passed', name: 'a.test.ts', assertionResults: [{ status: 'passed' }] };
const failing: TestFile = { status: 'failed', name: 'b.test.ts', assertionResults: [{ status: 'failed' }] };
const unloadable: TestFile = { status: 'failed', name: 'c.test.ts', assertionResults: [] };

function summary(
  counts: { passed: number; failed: number; skipped?: number } | undefined,
  testResults: TestFile[],
  verify: number,
  tests: number,
) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'telar-ci-'));
  const report = path.join(folder, 'vitest.json');
  if (counts) {
    const { passed, failed, skipped = 0 } = counts;
    const numbers = { numPassedTests: passed, numFailedTests: failed, numPendingTests: skipped, numTodoTests: 0 };
    fs.writeFileSync(report, JSON.stringify({ ...numbers, testResults }));
  }
  const script = path.join(import.meta.dirname, '../scripts/ci-summary.mjs');
  const { status, stdout } = spawnSync(process.execPath, [script, report, String(verify), String(tests)], {
    encoding: 'utf8',
  });
  fs.rmSync(folder, { recursive: true });
  return { status, line: stdout.trim().split('\n').at(-1) };
}

it.each([
  ['all is well', summary({ passed: 3, failed: 0 }, [passing], 0, 0), 0, '3 passed, 0 failed'],
  [
    'tests were skipped',
    summary({ passed: 3, failed: 0, skipped: 2 }, [passing], 0, 0),
    0,
    '3 passed, 0 failed, 2 skipped',
  ],
  ['a test failed', summary({ passed: 3, failed: 1 }, [passing, failing], 0, 1), 1, '3 passed, 1 failed'],
  [
    'a file could not be loaded',
    summary({ passed: 3, failed: 0 }, [passing, unloadable], 0, 1),
    1,
    '3 passed, 1 failed',
  ],
  ['an error came outside of any test', summary({ passed: 3, failed: 0 }, [passing], 0, 1), 1, '3 passed, 1 failed'],
  ['verify failed', summary({ passed: 3, failed: 0 }, [passing], 1, 0), 1, '3 passed, 1 failed'],
  ['vitest wrote no report', summary(undefined, [], 0, 1), 1, '0 passed, 1 failed'],
  ['nothing ran', summary({ passed: 0, failed: 0 }, [], 0, 0), 1, '0 passed, 1 failed'],
])('where %s', (_, { status, line }, ended, said) => {
  expect({ status, line }).toEqual({ status: ended, line: said });
});
