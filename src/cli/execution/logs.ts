/** A job's log as it grows, through SageMaker's and CloudWatch Logs' own operations. */
import type { CloudWatchLogs, OutputLogEvent } from '@aws-sdk/client-cloudwatch-logs';
import { type Clients, everyPage, unlessMissing } from '../aws.ts';
import { describeJob, logGroupOf } from './job.ts';
import { lastPart } from './view.ts';

type LogClients = Pick<Clients, 'sagemaker' | 'logs'>;

export type LogTail = {
  /** The lines that have come since the last call, page by page: a log may be longer than memory. */
  poll(): AsyncIterable<string[]>;
  ended(): boolean;
};

/** Where AWS keeps the log of a job, and whether the job has ended. */
type JobLog = { group: string; prefix: string; ended: boolean };

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
        for (;;) {
          const token = tokens.get(stream);
          const page = await logs.getLogEvents({
            ...{ logGroupName: job.group, logStreamName: stream, startFromHead: true },
            ...(token === undefined ? {} : { nextToken: token }),
          });
          tokens.set(stream, page.nextForwardToken);
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
  for (const logStreamName of await streamsOf(logs, job)) {
    const { events = [] } = await logs.getLogEvents({ logGroupName: job.group, logStreamName, limit: LINES });
    lines.push(...events.map(lineOf));
  }
  return lines.filter((line) => line.trim() !== '').slice(-most);
}

const lineOf = ({ message = '' }: OutputLogEvent) => (message === ' ' ? '' : message);

/** @param host of all of them when left out */
async function streamsOf(logs: CloudWatchLogs, { group, prefix }: JobLog, host?: string): Promise<string[]> {
  const logStreamNamePrefix = host ? `${prefix}${host}-` : prefix;
  const pages = everyPage(async (nextToken) => {
    const page = await logs.describeLogStreams({ logGroupName: group, logStreamNamePrefix, nextToken });
    return { items: page.logStreams, next: page.nextToken };
  });
  // The group is made with the first line of the first job.
  return ((await unlessMissing(pages)) ?? []).map(({ logStreamName = '' }) => logStreamName);
}

/** A job that was deleted has its log still, under the name that its ARN has. */
async function jobLog({ sagemaker }: LogClients, jobArn: string): Promise<JobLog> {
  const found = await unlessMissing(describeJob(await sagemaker(), jobArn));
  const { name, status } = found ?? { name: lastPart(jobArn), status: undefined };
  return {
    group: logGroupOf(jobArn),
    prefix: `${name}/`,
    ended: status !== 'InProgress' && status !== 'Stopping',
  };
}
