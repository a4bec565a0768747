/**
 * What UpdateTrainingJob changes of a job under way: its profiler's settings, which are kept and answered. What else it may
 * ask for (rules, warm pools, debugging from outside) is refused by name, as when a job is created.
 */

import { endStatus } from '../../definition/jobs/statuses.ts';
import type { InputOf } from '../../protocol/service.ts';
import type { Sdk } from './context.ts';
import { errors } from './errors.ts';
import { request } from './row.ts';
import type { JobRow } from './store.ts';
import type { TrainingRequest } from './training.ts';

type Update = InputOf<Sdk, 'UpdateTrainingJob'>;

/** @returns the job's request as it is afterwards, as JSON @throws ValidationException */
export function updatedTraining(row: Pick<JobRow, 'name' | 'status' | 'request'>, update: Update): string {
  refuseUnsupported(update);
  if (endStatus(row.status)) throw errors.notUpdatable(row.name, row.status);
  const before = request<TrainingRequest>(row);
  if (update.ProfilerConfig === undefined) return row.request;
  return JSON.stringify({ ...before, ProfilerConfig: { ...before.ProfilerConfig, ...update.ProfilerConfig } });
}

function refuseUnsupported({ ProfilerRuleConfigurations, RemoteDebugConfig, ResourceConfig }: Update): void {
  if (ProfilerRuleConfigurations?.length) {
    throw errors.unsupported('ProfilerRuleConfigurations', 'Leave the rules out.');
  }
  if (RemoteDebugConfig?.EnableRemoteDebug) {
    throw errors.unsupported('RemoteDebugConfig', "Read the job's log ('telar logs'), or run its script by hand.");
  }
  if (ResourceConfig) {
    const advice = 'No warm pool is kept for one job: every job may begin in a process that is warm already.';
    throw errors.unsupported('ResourceConfig.KeepAlivePeriodInSeconds', advice);
  }
}
