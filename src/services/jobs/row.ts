/**
 * What happens to a job's row. Every function answers the row as it is afterwards, and none of them acts: the row is saved
 * in the transaction that also does what follows from it.
 *
 * W1. A status, secondary status or phase changes only along transitions.ts.
 * W2. A secondary status ends at the very instant at which the next begins.
 */

import { checkStatus, type EndStatus, type JobStatus } from '../../definition/jobs/statuses.ts';
import type { Call } from '../../protocol/service.ts';
import type { TotalUse } from '../../runner/limited.ts';
import type { JobHostsExit } from './hosts.ts';
import type { Job } from './plan.ts';
import type { JobRow, StopCause, Transition } from './store.ts';
import type { DriveOutcome } from './transform/drives.ts';
import { checkPhase, type Phase, type SecondaryStatus } from './transitions.ts';

/** What a job left besides its outputs. */
export type JobResult = {
  exitMessage?: string | undefined;
  metrics?: readonly { name: string; value: number }[] | undefined;
  modelStored?: boolean | undefined;
  /** What each host used. */
  uses?: readonly (TotalUse | null)[] | undefined;
};

/** How the process ended, for what it had been told to stop by then, and how the files of a transform job went. */
export type RecordedExit = {
  exit: JobHostsExit;
  stopped: StopCause | null;
  transform?: DriveOutcome | undefined;
};

/** How a job ends. */
export type Ending = {
  status: EndStatus;
  secondary: SecondaryStatus;
  failureReason?: string | undefined;
  internal: boolean;
  result: JobResult;
};

const PHASE_SECONDARY: Readonly<Partial<Record<Phase, SecondaryStatus>>> = {
  preparing: 'Starting',
  staging: 'Downloading',
  launching: 'Training',
  storing: 'Uploading',
};

export function date(at: number | null): Date | undefined {
  return at === null ? undefined : new Date(at);
}

/** Where, when and for whom a job is made. */
export type Placing = Pick<Call, 'region' | 'now'> & { requester: string };

/** A job that nobody has begun. */
export function newRow(
  job: Pick<JobRow, 'kind' | 'arn' | 'name' | 'id' | 'request'> & Partial<Pick<JobRow, 'transitions' | 'model'>>,
  { region, now, requester }: Placing,
): Omit<JobRow, 'seq'> {
  return {
    ...{ transitions: '[]', model: null, ...job },
    region,
    phase: 'queued',
    status: 'InProgress',
    created_at: now,
    modified_at: now,
    started_at: null,
    ended_at: null,
    stop_cause: null,
    stop_at: null,
    exit: null,
    failure_reason: null,
    result: '{}',
    discarded: 0,
    requester,
  };
}

/** A job's Create request. */
export function request<T>(row: Pick<JobRow, 'request'>): T {
  return JSON.parse(row.request) as T;
}

function withStatus(row: JobRow, status: JobStatus, at: number): JobRow {
  checkStatus(row.status, status);
  return { ...row, status, modified_at: at };
}

function withSecondary(row: JobRow, status: SecondaryStatus, at: number): JobRow {
  if (row.kind !== 'Training') return row;
  const transitions = JSON.parse(row.transitions) as Transition[];
  const last = transitions.at(-1)!;
  if (last.status === status) return row;
  last.end = at;
  return { ...row, transitions: JSON.stringify([...transitions, { status, start: at }]) };
}

export function withPhase(row: JobRow, phase: Phase, at: number): JobRow {
  checkPhase(row.phase, phase);
  const begun = row.phase === 'launching' || row.started_at === null ? at : row.started_at;
  const moved: JobRow = { ...row, phase, modified_at: at, started_at: phase === 'staging' ? begun : row.started_at };
  const secondary = PHASE_SECONDARY[phase];
  return secondary && row.status === 'InProgress' ? withSecondary(moved, secondary, at) : moved;
}

/** The job waits for the machine. */
export function withPending(row: JobRow, at: number): JobRow {
  return row.phase === 'queued' && row.status === 'InProgress' ? withSecondary(row, 'Pending', at) : row;
}

/** The job is told to stop, or has run out of time. */
export function withStop(row: JobRow, cause: StopCause, at: number): JobRow {
  const stopping = withSecondary(withStatus(row, 'Stopping', at), 'Stopping', at);
  return { ...stopping, stop_cause: cause, stop_at: at };
}

export function withExit(row: JobRow, exit: JobHostsExit, at: number, transform?: DriveOutcome): JobRow {
  const recorded: RecordedExit = { exit, stopped: row.stop_cause, transform };
  return { ...withPhase(row, 'storing', at), exit: JSON.stringify(recorded) };
}

/** The job begins anew, under another id, since the runner launches an id once for all time. Its time runs on. */
export function withRetry(row: JobRow, id: string, at: number): JobRow {
  return { ...withSecondary(withPhase(row, 'queued', at), 'Starting', at), id, exit: null };
}

export function withEnding(row: JobRow, ending: Ending, at: number): JobRow {
  const ended = withSecondary(withStatus(withPhase(row, 'ended', at), ending.status, at), ending.secondary, at);
  const transitions = JSON.parse(ended.transitions) as Transition[];
  const last = transitions.at(-1);
  if (last) last.end = at;
  return {
    ...ended,
    transitions: JSON.stringify(transitions),
    ended_at: at,
    failure_reason: ending.failureReason ?? null,
    result: JSON.stringify(ending.result),
  };
}

/** The columns that change. */
export function saved(row: JobRow) {
  const {
    seq: _1,
    region: _2,
    kind: _3,
    name: _4,
    id: _5,
    request: _6,
    created_at: _7,
    requester: _8,
    model: _9,
    ...changing
  } = row;
  return changing;
}

/** When a job that has begun is out of time; milliseconds since the epoch. */
export function deadline(row: JobRow, job: Job): number | undefined {
  return row.started_at === null ? undefined : row.started_at + job.plan.maxRuntimeSeconds * 1000;
}
