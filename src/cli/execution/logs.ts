/** A job's log as it grows, through SageMaker's and CloudWatch Logs' own operations. */
import type { CloudWatchLogs, OutputLogEvent } from '@aws-sdk/client-cloudwatch-logs';
import { type Clients, everyPage, unlessMissing } from '../aws.ts';
import { glueRun, isGlueRun, isRunOver, logGroupsOfRun } from './glueRuns.ts';
import { describeJob, logGroupOf } from './job.ts';
import { lastPart } from './view.ts';

/** Without Glue's, of SageMaker's jobs alone. */
type LogClients = Pick<Clients, 'sagemaker' | 'logs'> & Partial<Pick<Clients, 'glue'>>;

export type LogTail = {
  /** The lines that have come since the last call, page by page: a log may be longer than memory. */
  poll(): AsyncIterable<string[]>;
  ended(): boolean;
};

/** Where AWS keeps the log of a job, and whether the job has ended. `exact`: a stream's whole name. */
type JobLog = { groups: readonly string[]; prefix: string; exact?: true; ended: boolean };
type Stream = { logGroupName: string; logStreamName: string };

const LINES = 1000;
const FIRST_HOST = 'algo-1';

/** @param host one of several hosts. @default the first */
export function logTail(clients: LogClients, jobArn: string, host = FIRST_HOST): LogTail {
  /** Stream → where to go on. */
  const tokens = new Map<string, string | undefined>();
  let ended = false;
  return {
    ended: () => ended,
    async *poll() {
      const logs = await clients.logs();
      // The job first: what was there when it had ended is all that will be.
      const job = await jobLog(clients, jobArn);
      for (const stream of await streamsOf(logs, job, host)) {
        const key = `${stream.logGroupName} ${stream.logStreamName}`;
        for (;;) {
          const token = tokens.get(key);
          const page = await logs.getLogEvents({
            ...{ ...stream, startFromHead: true },
            ...(token === undefined ? {} : { nextToken: token }),
          });
          tokens.set(key, page.nextForwardToken);
          if (!page.events?.length) break;
          yield page.events.map(lineOf);
        }
      }
      ended = job.ended;
    },
  };
}

/** The last lines of a job's log; none when there is no log. */
export async function lastLines(clients: LogClients, jobArn: string, most: number): Promise<string[]> {
  const logs = await clients.logs();
  const job = await jobLog(clients, jobArn);
  const lines: string[] = [];
  for (const stream of await streamsOf(logs, job)) {
    const { events = [] } = await logs.getLogEvents({ ...stream, limit: LINES });
    lines.push(...events.map(lineOf));
  }
  return lines.filter((line) => line.trim() !== '').slice(-most);
}

const lineOf = ({ message = '' }: OutputLogEvent) => (message === ' ' ? '' : message);

/** @param host of all of them when left out */
async function streamsOf(logs: CloudWatchLogs, { groups, prefix, exact }: JobLog, host?: string): Promise<Stream[]> {
  const logStreamNamePrefix = host && !exact ? `${prefix}${host}-` : prefix;
  const found: Stream[] = [];
  for (const logGroupName of groups) {
    const pages = everyPage(async (nextToken) => {
      const page = await logs.describeLogStreams({ logGroupName, logStreamNamePrefix, nextToken });
      return { items: page.logStreams, next: page.nextToken };
    });
    // The group is made with the first line of the first job.
    const names = ((await unlessMissing(pages)) ?? []).map(({ logStreamName = '' }) => logStreamName);
    for (const logStreamName of names) {
      if (!exact || logStreamName === prefix) found.push({ logGroupName, logStreamName });
    }
  }
  return found;
}

/** A job that was deleted has its log still, under the name that its ARN has. */
async function jobLog({ sagemaker, glue }: LogClients, jobArn: string): Promise<JobLog> {
  if (glue && isGlueRun(jobArn)) {
    const run = await glueRun(await glue(), jobArn);
    if (!run) return { groups: [], prefix: '', ended: true };
    return { groups: logGroupsOfRun(run), prefix: run.Id!, exact: true, ended: isRunOver(run) };
  }
  const found = await unlessMissing(describeJob(await sagemaker(), jobArn));
  const { name, status } = found ?? { name: lastPart(jobArn), status: undefined };
  return {
    groups: [logGroupOf(jobArn)],
    prefix: `${name}/`,
    ended: status !== 'InProgress' && status !== 'Stopping',
  };
}
