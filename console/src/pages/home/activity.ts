/** What runs and what has failed, of pipelines and state machines alike, as one list. */
import { useQueries } from '@tanstack/react-query';
import { call, keyOf } from '../../data/call.ts';
import { hrefOf } from '../../data/links.ts';
import { useCall } from '../../data/queries.ts';
import type { Refusal } from '../../data/session.ts';

export type Activity = {
  arn: string;
  kind: 'Pipeline' | 'State machine';
  /** Of the pipeline or machine. */
  name: string;
  /** Of the execution. */
  execution: string;
  status: string;
  /** Seconds since the epoch. */
  started: number | undefined;
  ended: number | undefined;
  href: string | undefined;
};

const MOST_OF_EACH = 8;
/** The machines that were made or changed last: more are on their own page. */
const MOST_MACHINES = 25;

export type Activities = { items: Activity[] | undefined; error: Refusal | null };

/** What runs now, what failed, or whatever has ended. */
export type Which = 'running' | 'failed' | 'ended';

/** What each is called; without a word, everything is asked for. */
const WORDS = {
  running: { pipeline: 'Executing', machine: 'RUNNING' },
  failed: { pipeline: 'Failed', machine: 'FAILED' },
  ended: undefined,
} as const;

export function useActivity(which: Which): Activities {
  const words = WORDS[which];
  const pipelines = useCall('sagemaker', 'Search', {
    Resource: 'PipelineExecution',
    ...(words && {
      SearchExpression: {
        Filters: [{ Name: 'PipelineExecutionStatus', Operator: 'Equals', Value: words.pipeline }],
      },
    }),
    ...{ SortBy: 'CreationTime', SortOrder: 'Descending', MaxResults: MOST_OF_EACH },
  });
  const machines = useCall('states', 'ListStateMachines', { maxResults: MOST_MACHINES });
  const executions = useQueries({
    queries: (machines.data?.stateMachines ?? [])
      .filter(({ type }) => type === 'STANDARD')
      .map(({ stateMachineArn }) => {
        const input = {
          ...{ stateMachineArn, maxResults: MOST_OF_EACH },
          ...(words && { statusFilter: words.machine }),
        };
        return {
          queryKey: keyOf('states', 'ListExecutions', input) as readonly unknown[],
          queryFn: () => call('states', 'ListExecutions', input),
        };
      }),
  });
  const read = pipelines.data && machines.data && executions.every(({ data, error }) => data ?? error);
  return {
    error: pipelines.error ?? machines.error,
    items: read
      ? newest(
          [
            ...(pipelines.data.Results ?? []).map(ofPipeline),
            ...executions.flatMap(({ data }) => (data?.executions ?? []).map(ofMachine)),
          ].filter(({ ended }) => which !== 'ended' || ended !== undefined),
        )
      : undefined,
  };
}

function ofPipeline({
  PipelineExecution: found = {},
}: {
  PipelineExecution?: PipelineExecution | undefined;
}): Activity {
  const { PipelineExecutionArn: arn = '' } = found;
  const [, name = '', execution = ''] = /pipeline\/([^/]+)\/execution\/(.+)$/.exec(arn) ?? [];
  const status = found.PipelineExecutionStatus ?? '';
  return {
    ...{ arn, kind: 'Pipeline', name, status, execution: found.PipelineExecutionDisplayName ?? execution },
    ...{ started: found.CreationTime, ended: status === 'Executing' ? undefined : found.LastModifiedTime },
    href: hrefOf(arn),
  };
}

type PipelineExecution = {
  PipelineExecutionArn?: string | undefined;
  PipelineExecutionDisplayName?: string | undefined;
  PipelineExecutionStatus?: string | undefined;
  CreationTime?: number | undefined;
  LastModifiedTime?: number | undefined;
};

type MachineExecution = {
  executionArn: string | undefined;
  stateMachineArn: string | undefined;
  name: string | undefined;
  status: string | undefined;
  startDate: number | undefined;
  stopDate?: number | undefined;
};

function ofMachine(found: MachineExecution): Activity {
  const { executionArn: arn = '', stateMachineArn = '', name = '', status = '' } = found;
  return {
    ...{ arn, kind: 'State machine', name: stateMachineArn.split(':').at(-1) ?? '', execution: name, status },
    ...{ started: found.startDate, ended: found.stopDate, href: hrefOf(arn) },
  };
}

const newest = (items: Activity[]): Activity[] =>
  items.toSorted((a, b) => (b.started ?? 0) - (a.started ?? 0)).slice(0, MOST_OF_EACH);
