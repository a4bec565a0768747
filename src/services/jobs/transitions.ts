/** The phases of jobs and the legal ways between them, as data; what training jobs say meanwhile. Their statuses: definition/jobs. */
import { assert } from '../../base/assert.ts';

/** How far a job is, for Telar itself: what a restarted server goes on from. */
export type Phase =
  | 'queued' // waits for the machine
  | 'preparing' // its image's environment is made
  | 'staging' // its inputs are copied into its folder
  | 'launching' // its process is about to exist, or exists
  | 'running' // its process exists
  | 'storing' // its process has ended; its outputs are stored
  | 'ended';

/**
 * `queued` goes to `staging` where the image is there already. `launching` goes back to `staging` when the machine restarted
 * before the process existed. A job that is tried again (RetryStrategy) goes back to `queued`.
 */
const PHASE_TRANSITIONS: Readonly<Record<Phase, readonly Phase[]>> = {
  queued: ['preparing', 'staging', 'ended'],
  preparing: ['staging', 'queued', 'ended'],
  staging: ['launching', 'queued', 'ended'],
  launching: ['running', 'staging', 'queued', 'ended'],
  running: ['storing', 'ended'],
  storing: ['queued', 'ended'],
  ended: [],
};

export type SecondaryStatus =
  | 'Starting'
  | 'Pending'
  | 'Downloading'
  | 'Training'
  | 'Uploading'
  | 'Stopping'
  | 'Completed'
  | 'Failed'
  | 'Stopped'
  | 'MaxRuntimeExceeded';

/** What AWS says of each. */
export const SECONDARY_MESSAGES: Readonly<Record<SecondaryStatus, string>> = {
  Starting: 'Starting the training job',
  Pending: 'Insufficient capacity: the training job waits for this machine',
  Downloading: 'Downloading input data',
  Training: 'Training image download completed. Training in progress.',
  Uploading: 'Uploading generated training model',
  Stopping: 'Stopping the training job',
  Completed: 'Training job completed',
  Failed: 'Training job failed',
  Stopped: 'Training job stopped',
  MaxRuntimeExceeded: 'Training job runtime exceeded MaxRuntimeInSeconds provided',
};

export function checkPhase(from: Phase, to: Phase): void {
  assert(PHASE_TRANSITIONS[from].includes(to), `a job goes from the phase ${from} to ${to}`);
}
