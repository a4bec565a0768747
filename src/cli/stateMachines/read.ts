/** Reads machines and their executions through Step Functions' operations. */
import type { DescribeExecutionOutput, ExecutionListItem, HistoryEvent, SFN } from '@aws-sdk/client-sfn';
import { type Happening, historyFold, type StateView } from '../../definition/asl/history/fold.ts';
import { type DefinedState, statesOf } from '../../definition/asl/states.ts';
import { type Clients, everyPage } from '../aws.ts';

export type MachineStatus = NonNullable<DescribeExecutionOutput['status']>;

export type MachineExecution = {
  arn: string;
  name: string;
  machine: string;
  machineArn: string;
  status: MachineStatus;
  startedAt: number;
  endedAt: number | undefined;
  input: string;
  output: string | undefined;
  error: string | undefined;
  cause: string | undefined;
  redrives: number;
  redrivable: boolean;
  states: StateView[];
};

export type MachineReader = {
  /** The definition that the execution runs, by its states. */
  defined: ReadonlyMap<string, DefinedState>;
  /** The log group that the machine logs into. */
  logGroupArn: string | undefined;
  /** The execution as it stands, and what has come since it was read last. */
  read(): Promise<{ view: MachineExecution; news: Happening[] }>;
};

/** Of GetExecutionHistory: an event may hold 256 KiB. */
const PAGE = 200;
const LIST_PAGE = 1000;

export function hasEnded(status: MachineStatus): boolean {
  return status !== 'RUNNING' && status !== 'PENDING_REDRIVE';
}

export function isMachineExecution(arn: string): boolean {
  return /^arn:[\w-]+:states:[^:]*:[^:]*:execution:/.test(arn);
}

/** @example lastName('arn:aws:states:us-east-1:123456789012:execution:titanic:run-1') // 'run-1' */
export function lastName(arn: string): string {
  return arn.slice(arn.lastIndexOf(':') + 1);
}

/** Events after one, in order, read from the newest back: so no page is read twice while an execution goes on. */
export async function eventsAfter(sfn: SFN, executionArn: string, last: number): Promise<HistoryEvent[]> {
  const found: HistoryEvent[] = [];
  let nextToken: string | undefined;
  do {
    const page = await sfn.getExecutionHistory({ executionArn, maxResults: PAGE, reverseOrder: true, nextToken });
    const events = (page.events ?? []).filter(({ id = 0 }) => id > last);
    found.push(...events);
    nextToken = events.length === page.events?.length ? page.nextToken : undefined;
  } while (nextToken !== undefined);
  return found.reverse();
}

export async function machineReader(clients: Clients, arn: string): Promise<MachineReader> {
  const sfn = await clients.sfn();
  const { definition = '{}', loggingConfiguration } = await sfn.describeStateMachineForExecution({ executionArn: arn });
  const fold = historyFold();
  return {
    defined: statesOf(definition),
    logGroupArn: loggingConfiguration?.destinations?.[0]?.cloudWatchLogsLogGroup?.logGroupArn,
    async read() {
      // The status first: the history of one that had ended is whole.
      const described = await sfn.describeExecution({ executionArn: arn });
      const news = fold.take(await eventsAfter(sfn, arn, fold.last()));
      return { view: viewOf(described, fold.states()), news };
    },
  };
}

function viewOf(described: DescribeExecutionOutput, states: StateView[]): MachineExecution {
  const { executionArn = '', stateMachineArn = '', status = 'RUNNING' } = described;
  return {
    arn: executionArn,
    name: described.name ?? lastName(executionArn),
    machine: lastName(stateMachineArn),
    machineArn: stateMachineArn,
    status,
    startedAt: described.startDate?.getTime() ?? 0,
    endedAt: described.stopDate?.getTime(),
    input: described.input ?? '{}',
    output: described.output,
    error: described.error,
    cause: described.cause,
    redrives: described.redriveCount ?? 0,
    redrivable: described.redriveStatus === 'REDRIVABLE',
    states,
  };
}

async function listMachines(sfn: SFN) {
  return everyPage(async (nextToken) => {
    const page = await sfn.listStateMachines({ maxResults: LIST_PAGE, nextToken });
    return { items: page.stateMachines, next: page.nextToken };
  });
}

/** A machine by its name or ARN. */
export async function machineNamed(sfn: SFN, meant: string) {
  const machines = await listMachines(sfn);
  return machines.find(({ name, stateMachineArn }) => name === meant || stateMachineArn === meant);
}

/** Executions of Standard machines, the newest first; Express ones are not kept. @param most of each machine */
export async function listMachineExecutions(
  sfn: SFN,
  machineArn: string | undefined,
  most: number,
): Promise<ExecutionListItem[]> {
  const arns =
    machineArn === undefined
      ? (await listMachines(sfn)).flatMap(({ type, stateMachineArn }) =>
          type === 'STANDARD' ? [stateMachineArn!] : [],
        )
      : [machineArn];
  const lists = await Promise.all(
    arns.map(async (stateMachineArn) => {
      const { executions = [] } = await sfn.listExecutions({ stateMachineArn, maxResults: Math.min(most, LIST_PAGE) });
      return executions;
    }),
  );
  return lists
    .flat()
    .sort((a, b) => (b.startDate?.getTime() ?? 0) - (a.startDate?.getTime() ?? 0))
    .slice(0, most);
}
