/** The one table of this service: every operation of Step Functions. */
import type { Operations } from '../../protocol/service.ts';
import { activityOperations, tagOperations } from './activityOperations.ts';
import type { Parts, Sdk } from './context.ts';
import { executionOperations } from './executions/operations.ts';
import type { Waiters } from './executions/tasks.ts';
import type { Integrations } from './integrations/types.ts';
import { machineOperations } from './machineOperations.ts';
import type { MapRunParts } from './mapRuns/context.ts';
import type { MapRuns } from './mapRuns/driver.ts';
import { mapRunOperations } from './mapRuns/operations.ts';
import { testOperations } from './testState/operations.ts';
import { aliasOperations, versionOperations } from './versionOperations.ts';

/** By the names of the SDK's commands: an operation that is new in the SDK is a type error here. */
type All = { [K in keyof Sdk]: K extends `${infer Name}Command` ? Name : never }[keyof Sdk];

export function machinesOperations(
  parts: MapRunParts & { waiters: Waiters; mapRuns: Pick<MapRuns, 'changed'>; integrations: Integrations },
): Operations<Sdk, Exclude<All, '$'>> {
  return {
    ...resourceOperations(parts),
    ...executionOperations(parts),
    ...mapRunOperations(parts),
    ...testOperations(parts),
  };
}

/** Of what is created, described and deleted, and runs nothing. */
export function resourceOperations(parts: Parts) {
  return {
    ...machineOperations(parts),
    ...versionOperations(parts),
    ...aliasOperations(parts),
    ...activityOperations(parts),
    ...tagOperations(parts),
  };
}
