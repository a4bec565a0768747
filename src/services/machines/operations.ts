/** The one table of this service: every operation of Step Functions, but for those of executions. */
import type { Operations } from '../../protocol/service.ts';
import { activityOperations, tagOperations } from './activityOperations.ts';
import type { Parts, Sdk } from './context.ts';
import { machineOperations } from './machineOperations.ts';
import { aliasOperations, versionOperations } from './versionOperations.ts';

/** By the names of the SDK's commands: an operation that is new in the SDK is a type error here. */
type All = { [K in keyof Sdk]: K extends `${infer Name}Command` ? Name : never }[keyof Sdk];

/** What starts, follows and ends executions is not served yet: NotImplemented, by name. */
type OfExecutions =
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
  | 'GetActivityTask'
  | 'TestState'
  | 'DescribeMapRun'
  | 'ListMapRuns'
  | 'UpdateMapRun';

export function machinesOperations(parts: Parts): Operations<Sdk, Exclude<All, OfExecutions | '$'>> {
  return {
    ...machineOperations(parts),
    ...versionOperations(parts),
    ...aliasOperations(parts),
    ...activityOperations(parts),
    ...tagOperations(parts),
  };
}
