/** What several of these pages ask for: a machine's ARN from its name, an execution as it stands. */

import { arnHere } from '../../data/here.ts';
import { useCall } from '../../data/queries.ts';
import type { Output } from '../../data/types.ts';

export type Machine = Output<'states', 'DescribeStateMachine'>;
export type Execution = Output<'states', 'DescribeExecution'>;
export type ListedExecution = NonNullable<Output<'states', 'ListExecutions'>['executions']>[number];

const RUNS: ReadonlySet<string | undefined> = new Set(['RUNNING', 'PENDING_REDRIVE']);
export const isRunning = (status: string | undefined): boolean => RUNS.has(status);

/** Of this account, in the region that is looked at. */
export const machineArn = (name: string): string => arnHere('states', `stateMachine:${name}`);

/** @example executionArn('arn:aws:states:us-east-1:0:stateMachine:m', 'e') // 'arn:aws:states:us-east-1:0:execution:m:e' */
export const executionArn = (machineArn: string, name: string): string =>
  `${machineArn.replace(':stateMachine:', ':execution:')}:${name}`;

const EVERY_MS = 1000;

/** While it runs it is asked for again: events tell of its end, but not to who may not watch them. */
export function useExecution(arn: string, enabled = true) {
  const found = useCall('states', 'DescribeExecution', { executionArn: arn }, { enabled });
  const running = isRunning(found.data?.status);
  useCall('states', 'DescribeExecution', { executionArn: arn }, { enabled: running, every: running && EVERY_MS });
  return found;
}
