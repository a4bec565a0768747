/**
 * A job's files: everything about it that lies neither in the store nor in its process. One small interface, so that a
 * simulation can put its own in place.
 */
import type { Job } from '../plan.ts';
import type { ObjectVersion, PrefixRead } from '../ports.ts';

/** What was copied into a job's folder. */
export type Staged = { reads: readonly ObjectVersion[]; prefixes: readonly PrefixRead[] };

/** What a process left for people to read. */
export type Report = {
  /** /opt/ml/output/failure */
  failure: string | undefined;
  /** /opt/ml/output/message */
  message: string | undefined;
  /** The last line of the log that is not empty. */
  lastLine: string | undefined;
  /** Each metric's last value. */
  metrics: readonly { name: string; value: number }[];
};

/** Outputs that are stored durably and that nobody sees yet. */
export type OutputBatch = {
  /** Inside a transaction: makes them objects. */
  write(): readonly ObjectVersion[];
  /** Once written, or given up. */
  release(): void;
};

export type Stored = {
  report: Report;
  /**
   * The outputs, taken in as the iteration goes on: none when they were not asked for. All but very many fit one batch,
   * which then becomes visible with the end of the job.
   */
  batches: AsyncIterable<OutputBatch> | Iterable<OutputBatch>;
};

/** Every function may be called again after a crash at any instant, and then does the whole of its work once more. */
export type JobFiles = {
  /** Adds a line to the job's log, before its process exists. */
  note(job: Job, line: string): void;
  /** Makes the job's log readable for clients while it grows. More than once is once. */
  followLog(job: Job): void;
  /** The log will not grow any more. Resolves when clients can read all of it, or when it was tried for long enough. */
  endLog(job: Job): Promise<void>;
  /**
   * Empties the job's folder, and copies its inputs and its configuration into it.
   *
   * @throws JobFailure, AwsError; when the signal is aborted, whatever the abort gives
   */
  stage(job: Job, signal: AbortSignal): Promise<Staged>;
  /** Whether what was staged, and what the job wrote since, can be trusted: false once the machine has restarted. */
  intact(job: Job): boolean;
  /**
   * Reads what the processes left and, if asked to, takes in their outputs.
   *
   * @param host whose words count as the job's, from 0
   * @throws JobFailure, AwsError, also from `batches`
   */
  store(job: Job, outputs: boolean, host: number): Promise<Stored>;
  /** Removes the folder. */
  discard(job: Job): Promise<void>;
};
