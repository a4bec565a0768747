/**
 * What a status means for whoever looks: one tone for each word that AWS's services use, in any spelling (`InProgress`,
 * `IN_PROGRESS`, `In progress`). A word that is not in the table is idle: it promises nothing.
 */
export type Tone = 'good' | 'busy' | 'warn' | 'bad' | 'idle';

const WORDS: Record<Tone, string> = {
  good: `Succeeded Completed Success Successful Active InService Approved Enabled EnabledWithAllCloudTrailManagementEvents
    Scheduled Available Ready OK Confirmed Called Delivered Processed Passed Healthy Online Cached Closed Executed Signed Valid`,
  busy: `Executing InProgress Running Starting Stopping Creating Updating Deleting SystemUpdating RollingBack Downloading
    Training Uploading Restarting LaunchingMLInstances LaunchingInstances PreparingTrainingStack PreparingTraining
    DownloadingTrainingImage DownloadingImages DownloadingData Processing Evaluating Interpreting Profiling Rebuilding
    CreateInProgress UpdateInProgress DeleteInProgress Deactivating Redriving Queued Submitted Syncing Initializing Retrying Firing`,
  warn: `PendingManualApproval PendingApproval PendingConfirmation PendingRedrive CompletedWithViolations
    CompletedWithErrors SucceededWithIssues ActiveNonInvocable Interrupted Degraded Expiring Deprecated InsufficientData
    Warning Throttled HalfOpen Blocked AwaitingApproval Caught CaughtError`,
  bad: `Failed Failure Error TimedOut Timeout Aborted Rejected OutOfService Alarm DeleteFailed CreateFailed UpdateFailed
    UpdateRollbackFailed MaxRuntimeExceeded MaxWaitTimeExceeded MaxPendingTimeExceeded Unhealthy Broken Breached Undeliverable Denied Refused Lost`,
  idle: `Pending Waiting Stopped Disabled Inactive Deactivated Deleted Cancelled Canceled Skipped NotStarted NotExecuted Unknown Expired Archived
    Paused Draft None Unassigned Offline Empty`,
};

const plain = (status: string) => status.replace(/[^a-z0-9]/gi, '').toLowerCase();

const TONES = new Map(
  Object.entries(WORDS).flatMap(([tone, words]) =>
    words.split(/\s+/).map((word) => [plain(word), tone as Tone] as const),
  ),
);

export function toneOf(status: string): Tone {
  return TONES.get(plain(status)) ?? 'idle';
}

/** A status as a phrase: `TIMED_OUT` is "Timed out", `PendingManualApproval` is "Pending manual approval". */
export function phraseOf(status: string): string {
  if (status.length <= 3) return status;
  const words = /[a-z]/.test(status) ? status.replace(/([a-z0-9])([A-Z])/g, '$1 $2') : status;
  const spaced = words.replace(/[_-]+/g, ' ').toLowerCase();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}
