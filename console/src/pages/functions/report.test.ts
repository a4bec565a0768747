/** REPORT lines. */
import { expect, it } from 'vitest';
import { reportOf } from './report.ts';

const WARM =
  'REPORT RequestId: a-b\tDuration: 12.34 ms\tBilled Duration: 13 ms\tMemory Size: 128 MB\tMax Memory Used: 41 MB\t';

it('tells a cold start from a warm one', () => {
  expect(reportOf(`START RequestId: a-b Version: $LATEST\nhello\nEND RequestId: a-b\n${WARM}`)).toEqual({
    ...{ duration: 12.34, billed: 13, memorySize: 128, memoryUsed: 41, init: undefined },
  });
  expect(reportOf(`${WARM}Init Duration: 210.50 ms\t\n`)?.init).toBe(210.5);
});

it('says nothing of what has no report, or prints one in a line of its own', () => {
  expect(reportOf('START RequestId: a-b\nI say REPORT RequestId: x\tDuration: 1 ms')).toBeUndefined();
  expect(reportOf('')).toBeUndefined();
});
