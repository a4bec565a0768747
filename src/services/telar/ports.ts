/** What the telar service shows of others; wired by the server. */
import type { PipelineState } from '../../engine/pipelines/state.ts';

export type TelarPorts = {
  executionState(arn: string): PipelineState | undefined;
  auditEvents(most: number): { seq: number; at: number; record: string }[];
  server: { version: string; account: string; dataFolder: string; startedAt: number };
  /** Highest delay of the event loop since it was last asked, in milliseconds. */
  loopLag(): number;
};
