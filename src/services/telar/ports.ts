/** What the telar service shows of others; wired by the server. */
import type { CacheAttribute } from '../../definition/pipeline/cacheKey.ts';
import type { PipelineState } from '../../engine/pipelines/state.ts';

/** As the pipelines service records it for each start of a step. */
export type CacheVerdict =
  | { verdict: 'off' }
  | { verdict: 'hit'; source: string; attributes: readonly CacheAttribute[] }
  | {
      verdict: 'miss';
      reason: string;
      compared?: string;
      changes: readonly { input: string; before: string; after: string }[];
      attributes: readonly CacheAttribute[];
    };

export type TelarPorts = {
  executionState(arn: string): PipelineState | undefined;
  /** The file of a job's log, and whether the job has ended; undefined when there is no such job. */
  logOf(jobArn: string): { path: string; ended: boolean } | undefined;
  auditEvents(most: number): { seq: number; at: number; record: string }[];
  server: { version: string; account: string; dataFolder: string; startedAt: number };
  /** Highest delay of the event loop since it was last asked, in milliseconds. */
  loopLag(): number;
};
