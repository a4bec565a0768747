/** What the training and the inference machine of these tests share: a run's name and place, its cleaning, its failures. */
import type { Late } from '../../scope.ts';
import { type Expression, text } from '../expression.ts';
import { glue } from '../integrations.ts';
import type { StatesVariable } from '../kit.ts';

const bucket = 'titanic-mlops-data';
export const role = 'arn:aws:iam::123456789012:role/titanic-machines';
export const alerts: Late<string> = ({ account, region }) => `arn:aws:sns:${region}:${account}:titanic-alerts`;

export type Run = { runDate: string; runId: string };
export type Failure = { step: string; error: string; cause: string; logs: string };
type RunVariables = { readonly [Name in keyof Run]: Expression<string> };

/** Below it lie all artefacts of a run. */
export const under = ({ runDate, runId }: RunVariables, what: string) =>
  text`s3://${bucket}/${what}/run_date=${runDate}/run_id=${runId}`;

/** Both machines clean with the same job, the same way. */
export const cleanData = (run: RunVariables) =>
  glue.startJobRun.sync({
    JobName: 'titanic-clean',
    Arguments: { '--input': `s3://${bucket}/raw/`, '--output': under(run, 'clean'), '--run_id': run.runId },
  });

export const cleaning = {
  logs: '/aws-glue/python-jobs/error',
  timeout: '1h',
  retry: [
    { on: ['Glue.ConcurrentRunsExceededException'], interval: '1m', maxAttempts: 5 },
    { on: 'transient', interval: '10s' },
  ],
} as const;

/** Whatever a step fails with becomes an alert that names step, error, cause and where the logs are. */
export const alerting = ({ context, errorOutput }: StatesVariable<unknown>, logs: string) =>
  [
    {
      next: 'AlertError',
      assign: { failure: { step: context.State.Name, error: errorOutput.Error, cause: errorOutput.Cause, logs } },
    },
  ] as const;
