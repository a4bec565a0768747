/** What the telar service shows of others; wired by the server. */
import type { PipelineState } from '../../engine/pipelines/state.ts';
import type { ImageCatalogue } from '../../runner/images/oci/containers.ts';

export type TelarPorts = {
  executionState(arn: string): PipelineState | undefined;
  /** The file of a job's log, and whether the job has ended; undefined when there is no such job. */
  logOf(jobArn: string): { path: string; ended: boolean } | undefined;
  /** The container images of this machine; undefined where jobs do not really run. */
  images: ImageCatalogue | undefined;
  auditEvents(most: number): { seq: number; at: number; record: string }[];
  server: { version: string; account: string; dataFolder: string; startedAt: number };
  /** Highest delay of the event loop since it was last asked, in milliseconds. */
  loopLag(): number;
};
