/**
 * What both flows share: a run's name and places, the cleaning job, and what becomes of an error.
 *
 * R1. Everything that a run makes lies under its run_date and run_id, which come from the execution alone: a state that is tried
 *     again, or a server that starts again, finds the same places.
 * R2. Both flows clean with the same job and the same script.
 * R3. Whatever a step fails with becomes an alert that names flow, step, error, cause and where the logs are, and then the
 *     execution's own failure.
 */
import { type Expression, glue, jsonata, type Kit, sns, text, topicArn } from 'telar';
import { bucket } from '../modelbuild.ts';
import { alerts } from './alerts.ts';

export const NAMES = {
  cleaning: 'titanic-clean',
  evalMetrics: 'EvalMetricsLambda',
  getApprovedModel: 'GetApprovedModel',
  writeManifest: 'WriteManifest',
} as const;

export type Failure = { step: string; error: string; cause: string; logs: string };
export type Run = { runDate: string; runId: string; failure: Failure };
type Runs = Kit<unknown, Run>;

/** Where the logs of a step are. */
export const LOGS = {
  cleaning: '/aws-glue/python-jobs/error and /aws-glue/python-jobs/output',
  evalMetrics: `/aws/lambda/${NAMES.evalMetrics}`,
  getApprovedModel: `/aws/lambda/${NAMES.getApprovedModel}`,
  writeManifest: `/aws/lambda/${NAMES.writeManifest}`,
  pipeline: '/aws/sagemaker/ProcessingJobs and /aws/sagemaker/TrainingJobs',
  transform: '/aws/sagemaker/TransformJobs',
  none: 'none: the cause is the service’s own answer',
} as const;

/** @example under(variables, 'predictions') // s3://titanic-mlops-data/predictions/run_date=2026-11-27/run_id=091500-4f1d2c3b */
export const under = ({ runDate, runId }: { runDate: Expression<string>; runId: Expression<string> }, what: string) =>
  text`s3://${bucket}/${what}/run_date=${runDate}/run_id=${runId}`;

/** Gives the run its names, from when the execution began and from its ARN. */
export function init({ pass, states }: Runs) {
  const { Id, StartTime } = states.context.Execution;
  return {
    Init: pass({
      comment: 'run_date and run_id: all that this run makes lies under them.',
      assign: {
        runDate: jsonata`$substringBefore(${StartTime}, "T")`,
        // The time for people, the hash so that two runs of a second differ.
        runId: jsonata`$replace($substring(${StartTime}, 11, 8), ":", "") & "-" & $substring($hash(${Id}, "SHA-256"), 0, 8)`,
      },
      next: 'CleanData',
    }),
  };
}

/** @param input one object, or a prefix */
export function cleanData<N extends string>(
  { task, states, variables }: Runs,
  purpose: 'training' | 'inference',
  input: Expression<string>,
  next: N,
) {
  return task<unknown, N | 'AlertError'>(
    glue.startJobRun.sync({
      JobName: NAMES.cleaning,
      Arguments: {
        '--input': input,
        '--output': under(variables, 'curated'),
        '--purpose': purpose,
        '--run_date': variables.runDate,
        '--run_id': variables.runId,
      },
    }),
    {
      comment: 'The same job and the same rules in both flows.',
      timeout: '1h',
      retry: [
        { on: ['Glue.ConcurrentRunsExceededException'], interval: '30s', maxAttempts: 5, jitter: 'FULL' },
        { on: 'transient', interval: '5s' },
      ],
      catch: alerting({ states }, LOGS.cleaning),
      next,
    },
  );
}

export const alerting = ({ states: { context, errorOutput } }: Pick<Runs, 'states'>, logs: string) =>
  [
    {
      next: 'AlertError',
      assign: { failure: { step: context.State.Name, error: errorOutput.Error, cause: errorOutput.Cause, logs } },
    },
  ] as const;

/** The alert, and the end. An alert that cannot be sent does not hide what it was about. */
export function alertAndFail({ task, fail, states, variables }: Runs) {
  const { failure, runDate, runId } = variables;
  const { Execution, StateMachine } = states.context;
  return {
    AlertError: task(
      sns.publish({
        TopicArn: topicArn(alerts),
        // SNS takes 100 characters at most.
        Subject: jsonata`$substring(${text`${StateMachine.Name} failed in ${failure.step}`}, 0, 100)`,
        Message: text`Flow:      ${StateMachine.Name}
Run:       run_date=${runDate} run_id=${runId}
Step:      ${failure.step}
Error:     ${failure.error}
Cause:     ${failure.cause}
Logs:      ${failure.logs}
Execution: ${Execution.Id}
`,
        MessageAttributes: { outcome: { DataType: 'String', StringValue: 'failed' } },
      }),
      { retry: 'transient', catch: 'Failed', next: 'Failed' },
    ),
    Failed: fail({ error: failure.error, cause: text`${failure.step}: ${failure.cause}` }),
  };
}
