/** What the telar service shows of others; wired by the server. */
import type { PipelineState } from '../../engine/pipelines/state.ts';

type Amount = { count: number; bytes: number };

export type GarbageReport = {
  versions: Amount;
  kept: Amount;
  uploads: number;
  files: Amount;
  next: number | undefined;
};

export type TelarPorts = {
  /** Frees what is older than so many days and no model's lineage names, from a place on, for a few seconds at most. */
  collectGarbage(query: { dryRun: boolean; keepDays: number; after: number }): Promise<GarbageReport>;
  executionState(arn: string): PipelineState | undefined;
  /** The file of a job's log, and whether the job has ended; undefined when there is no such job. */
  logOf(jobArn: string): { path: string; ended: boolean } | undefined;
  auditEvents(most: number): { seq: number; at: number; record: string }[];
  server: { version: string; account: string; dataFolder: string; startedAt: number };
  /** Highest delay of the event loop since it was last asked, in milliseconds. */
  loopLag(): number;
};
