import type { Job } from '@aws-sdk/client-glue';
import { expect, it } from 'vitest';
import type { GlueJobRequest } from '../../sdk/index.ts';
import { glueJobDifferences } from './glueJobs.ts';

const wanted = (more: Partial<GlueJobRequest> = {}): GlueJobRequest => ({
  ...{ Name: 'clean', Role: 'arn:r', ExecutionProperty: { MaxConcurrentRuns: 1 }, MaxRetries: 0 },
  Command: { Name: 'pythonshell', ScriptLocation: 's3://b/1/clean.py', PythonVersion: '3.9' },
  ...more,
});
/** As GetJob answers it, with all that Glue fills in. */
const there: Job = { ...wanted(), Timeout: 2880, MaxCapacity: 0.0625, JobMode: 'SCRIPT', CreatedOn: new Date(0) };

it('finds nothing where only what Glue fills in differs', () => {
  expect(glueJobDifferences(there, wanted())).toEqual([]);
});

it('names what differs, before and after', () => {
  const after = wanted({
    Command: { Name: 'pythonshell', ScriptLocation: 's3://b/2/clean.py', PythonVersion: '3.9' },
    ...{ DefaultArguments: { '--day': 'today' }, MaxRetries: 2, Timeout: 5 },
  });
  expect(glueJobDifferences({ ...there, DefaultArguments: { '--old': 'x' } }, after)).toEqual([
    'script: s3://b/1/clean.py becomes s3://b/2/clean.py',
    ...['argument --day: none becomes today', 'argument --old: x becomes none'],
    ...['retries: 0 becomes 2', 'Timeout: 2880 becomes 5'],
  ]);
});
