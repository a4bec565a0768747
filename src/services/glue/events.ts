/**
 * What Glue tells of its runs, in the shapes that AWS documents.
 * https://docs.aws.amazon.com/glue/latest/dg/automating-awsglue-with-cloudwatch-events.html
 */
import type { SystemEvent } from '../../base/systemEvents.ts';
import type { RunState } from './states.ts';
import type { RunRow } from './store.ts';

const SOURCE = 'aws.glue';

/** How each end is told. A run that Telar could not carry out has failed, as others are to understand it. */
const ENDS: Readonly<Partial<Record<RunState, { state: string; severity: string; message: string }>>> = {
  SUCCEEDED: { state: 'SUCCEEDED', severity: 'INFO', message: 'Job run succeeded' },
  STOPPED: { state: 'STOPPED', severity: 'INFO', message: 'Job run stopped' },
  TIMEOUT: { state: 'TIMEOUT', severity: 'WARN', message: 'Job run timed out' },
};

/** Of a run that has ended. */
export function stateChange(run: RunRow): SystemEvent {
  const { region, id, job_name: jobName } = run;
  const failed = {
    ...{ state: 'FAILED', severity: 'ERROR' },
    message: `JobName:${jobName} and JobRunId:${id} failed to execute with exception ${run.error ?? ''}`,
  };
  const end = ENDS[run.state] ?? failed;
  return {
    ...{ region, source: SOURCE, detailType: 'Glue Job State Change', resources: [] },
    detail: () => ({ jobName, severity: end.severity, state: end.state, jobRunId: id, message: end.message }),
  };
}

/** Of a run that takes longer than it should. @param delay NotifyDelayAfter, in minutes */
export function runStatus(run: RunRow, delay: number): SystemEvent {
  const { region, id, job_name: jobName, state } = run;
  return {
    ...{ region, source: SOURCE, detailType: 'Glue Job Run Status', resources: [] },
    detail: () => ({
      ...{ jobName, severity: 'INFO', notificationCondition: { NotifyDelayAfter: delay }, state, jobRunId: id },
      message: `Job is in ${state} state`,
      startedOn: new Date(run.started_at).toISOString(),
    }),
  };
}
