/** The operations on executions, their tasks and activities' work. */
import { type Access, type Operations, reads, streams, writes } from '../../../protocol/service.ts';
import { requireActivity } from '../activities.ts';
import type { Sdk } from '../context.ts';
import { onMachine } from '../names.ts';
import type { ExecutionParts } from './context.ts';
import { describeExecution, describeMachineForExecution, executionHistory, listExecutions } from './describe.ts';
import { redriveExecution, stopExecution } from './redrive.ts';
import { beginSync, startExecution } from './start.ts';
import { startSync } from './sync.ts';
import { getActivityTask, sendTaskFailure, sendTaskHeartbeat, sendTaskSuccess, type Waiters } from './tasks.ts';

export type OfExecutions =
  | 'StartExecution'
  | 'StartSyncExecution'
  | 'StopExecution'
  | 'RedriveExecution'
  | 'DescribeExecution'
  | 'ListExecutions'
  | 'GetExecutionHistory'
  | 'DescribeStateMachineForExecution'
  | 'SendTaskSuccess'
  | 'SendTaskFailure'
  | 'SendTaskHeartbeat'
  | 'GetActivityTask';

const on = (action: string, arn: string | undefined): Access[] => [
  { action: `states:${action}`, resource: arn ?? '*' },
];

/** A token says itself which task it is of: the reference knows no resource for these actions. */
const onTask = (action: string) => (): Access[] => on(action, '*');

export function executionOperations(parts: ExecutionParts & { waiters: Waiters }): Operations<Sdk, OfExecutions> {
  return {
    StartExecution: writes(
      ({ stateMachineArn }) => [onMachine('StartExecution', stateMachineArn)],
      (input, call) => startExecution(parts, input, call),
    ),
    StartSyncExecution: streams(
      ({ stateMachineArn }) => [onMachine('StartSyncExecution', stateMachineArn)],
      async (input, call) => startSync(parts, await call.commit(() => beginSync(parts, input, call))),
      { audit: 'data', readOnly: false },
    ),
    StopExecution: writes(
      ({ executionArn }) => on('StopExecution', executionArn),
      (input, call) => stopExecution(parts, input, call),
    ),
    RedriveExecution: writes(
      ({ executionArn }) => on('RedriveExecution', executionArn),
      (input, call) => redriveExecution(parts, input, call),
    ),
    DescribeExecution: reads(
      ({ executionArn }) => on('DescribeExecution', executionArn),
      (input, call) => describeExecution(parts, input, call),
    ),
    ListExecutions: reads(
      ({ stateMachineArn, mapRunArn }) =>
        mapRunArn === undefined ? [onMachine('ListExecutions', stateMachineArn)] : on('ListExecutions', mapRunArn),
      (input, call) => listExecutions(parts, input, call),
    ),
    GetExecutionHistory: reads(
      ({ executionArn }) => on('GetExecutionHistory', executionArn),
      (input) => executionHistory(parts, input),
    ),
    DescribeStateMachineForExecution: reads(
      ({ executionArn }) => on('DescribeStateMachineForExecution', executionArn),
      (input, call) => describeMachineForExecution(parts, input, call),
    ),
    ...taskOperations(parts),
  };
}

function taskOperations(parts: ExecutionParts & { waiters: Waiters }) {
  return {
    SendTaskSuccess: writes(onTask('SendTaskSuccess'), (input) => {
      sendTaskSuccess(parts, input);
      return {};
    }),
    SendTaskFailure: writes(onTask('SendTaskFailure'), (input) => {
      sendTaskFailure(parts, input);
      return {};
    }),
    SendTaskHeartbeat: writes(onTask('SendTaskHeartbeat'), (input) => {
      sendTaskHeartbeat(parts, input);
      return {};
    }),
    GetActivityTask: streams(
      ({ activityArn }) => on('GetActivityTask', activityArn),
      (input, call) => getActivityTask(parts, input, call, () => void requireActivity(parts, input.activityArn!, call)),
      { audit: 'data', readOnly: false },
    ),
  } satisfies Partial<Operations<Sdk, OfExecutions>>;
}
