/**
 * The log of a SageMaker job as it grows: its end at once, what comes after as it comes, what was before when it is asked for.
 *
 * L1. Lines are in the order of their stream; none is read twice, whatever is asked for meanwhile.
 * L2. What a job had written when it ended is all that will be: after that it is read once more, and no further.
 */
import { useEffect, useRef, useState } from 'react';
import { call } from './call.ts';
import { useCall } from './queries.ts';
import type { Refusal } from './session.ts';

const GROUPS: Readonly<Record<string, string>> = {
  'processing-job': '/aws/sagemaker/ProcessingJobs',
  'training-job': '/aws/sagemaker/TrainingJobs',
  'transform-job': '/aws/sagemaker/TransformJobs',
};
const LINES = 1000;
const EVERY_MS = 1000;

type Line = { time: number | undefined; text: string };

export type JobLog = {
  lines: readonly Line[];
  loading: boolean;
  error: Refusal | undefined;
  /** One for each host. */
  streams: readonly string[];
  /** Earlier lines. */
  more: { hasMore: boolean; load(): void; loading: boolean };
};

/**
 * @param jobName as it was given: in the ARN all letters are small, in the names of log streams they are not
 * @param live whether the job may write more
 */
export function useJobLog(jobArn: string, jobName: string | undefined, live: boolean, host?: string): JobLog {
  const logGroupName = GROUPS[/:([a-z]+-job)\//.exec(jobArn)?.[1] ?? ''] ?? '';
  const listed = useCall(
    'logs',
    'DescribeLogStreams',
    { logGroupName, logStreamNamePrefix: `${jobName}/` },
    { enabled: logGroupName !== '' && jobName !== undefined, every: live ? EVERY_MS : false },
  );
  const streams = (listed.data?.logStreams ?? []).flatMap(({ logStreamName }) =>
    logStreamName ? [logStreamName] : [],
  );
  const stream = streams.find((one) => one === host) ?? streams[0];
  const log = useLogStream(logGroupName, stream, live);
  // The group is made with the first line of the first job: until then there is no log, and no error.
  const absent = listed.error?.code === 'ResourceNotFoundException';
  return {
    ...log,
    streams,
    loading: log.loading || listed.isPending,
    error: log.error ?? (absent ? undefined : (listed.error ?? undefined)),
  };
}

type Reading = { lines: readonly Line[]; back: string | undefined; hasMore: boolean; error: Refusal | undefined };
const UNREAD: Reading = { lines: [], back: undefined, hasMore: false, error: undefined };

/** One stream of any group, followed so. @param logStreamName undefined while there is none */
export function useLogStream(logGroupName: string, logStreamName: string | undefined, live: boolean) {
  const [read, setRead] = useState<Reading>(UNREAD);
  const [loading, setLoading] = useState(true);
  const [earlier, setEarlier] = useState(false);
  const lives = useRef(live);
  lives.current = live;

  useEffect(() => {
    if (logStreamName === undefined) return;
    const ending = new AbortController();
    setRead(UNREAD);
    setLoading(true);
    void follow({ logGroupName, logStreamName }, () => lives.current, ending.signal, {
      first: (lines, back) => {
        setRead({ lines, back, hasMore: lines.length >= LINES, error: undefined });
        setLoading(false);
      },
      further: (lines) => setRead((now) => ({ ...now, lines: now.lines.concat(lines) })),
      failed: (error) => {
        setRead((now) => ({ ...now, error }));
        setLoading(false);
      },
    });
    return () => ending.abort();
  }, [logGroupName, logStreamName]);

  const load = () => {
    if (earlier || read.back === undefined || logStreamName === undefined) return;
    setEarlier(true);
    page({ logGroupName, logStreamName, nextToken: read.back })
      .then(({ lines, back }) =>
        setRead((now) => ({ ...now, lines: lines.concat(now.lines), back, hasMore: lines.length > 0 })),
      )
      .catch((error: Refusal) => setRead((now) => ({ ...now, error })))
      .finally(() => setEarlier(false));
  };
  return {
    lines: read.lines,
    error: read.error,
    loading: loading && logStreamName !== undefined,
    more: { hasMore: read.hasMore, load, loading: earlier },
  };
}

type Place = { logGroupName: string; logStreamName: string; nextToken?: string };

async function page(place: Place, signal?: AbortSignal) {
  const answer = await call('logs', 'GetLogEvents', { ...place, limit: LINES, startFromHead: false }, signal);
  const lines = (answer.events ?? []).map(({ message = '', timestamp }) => ({ time: timestamp, text: message }));
  return { lines, back: answer.nextBackwardToken, forward: answer.nextForwardToken };
}

type Told = {
  first(lines: Line[], back: string | undefined): void;
  further(lines: Line[]): void;
  failed(error: Refusal): void;
};

async function follow(place: Place, live: () => boolean, signal: AbortSignal, told: Told): Promise<void> {
  try {
    let lived = live();
    const end = await page(place, signal);
    told.first(end.lines, end.back);
    let token = end.forward;
    while (lived && token !== undefined && !signal.aborted) {
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
      lived = live();
      for (let more = true; more && !signal.aborted; ) {
        const next = await page({ ...place, nextToken: token }, signal);
        token = next.forward ?? token;
        more = next.lines.length > 0;
        if (more) told.further(next.lines);
      }
    }
  } catch (error) {
    if (!signal.aborted) told.failed(error as Refusal);
  }
}
