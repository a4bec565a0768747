/** Runs of Glue jobs, told by their ids, which are drawn: `jr_…`. */
import type { Glue, JobRun } from '@aws-sdk/client-glue';
import { everyPage, unlessMissing } from '../aws.ts';

const RUN = /(?:^|\/)(jr_[0-9a-f]{64}(?:_attempt_\d+)?)$/;

/** Of a run's id, or of what it is called to the machine: `arn:aws:glue:…:job/<name>/<run>`. */
export const isGlueRun = (text: string): boolean => RUN.test(text);

/** A run of whichever job; undefined when there is none. */
export async function glueRun(glue: Glue, text: string): Promise<JobRun | undefined> {
  const [, id] = RUN.exec(text) ?? [];
  const named = /^arn:[^:]*:glue:[^:]*:[^:]*:job\/(.+)\/jr_/s.exec(text)?.[1];
  const names = named === undefined ? await jobNames(glue) : [named];
  for (const JobName of names) {
    const found = await unlessMissing(glue.getJobRun({ JobName, RunId: id }));
    if (found?.JobRun) return found.JobRun;
  }
  return undefined;
}

/** The newest run of a job; undefined when there is no such job, or it was never run. */
export async function newestRun(glue: Glue, JobName: string): Promise<string | undefined> {
  const found = await unlessMissing(glue.getJobRuns({ JobName, MaxResults: 1 }));
  return found?.JobRuns?.[0]?.Id;
}

const jobNames = (glue: Glue): Promise<string[]> =>
  everyPage(async (NextToken) => {
    const page = await glue.listJobs({ NextToken });
    return { items: page.JobNames, next: page.NextToken };
  });

const OVER: readonly (string | undefined)[] = ['SUCCEEDED', 'FAILED', 'STOPPED', 'TIMEOUT', 'ERROR'];

export const isRunOver = ({ JobRunState }: JobRun): boolean => OVER.includes(JobRunState);

/** The log groups that a run writes into, each in the stream of its id. */
export function logGroupsOfRun({ LogGroupName = '' }: JobRun): string[] {
  return [`${LogGroupName}/output`, `${LogGroupName}/error`];
}
