/** What the telar service shows of others; wired by the server. */
import type { PipelineState } from '../../engine/pipelines/state.ts';
import type { Call } from '../../protocol/service.ts';
import type { AccessExplanation, TelarInput } from './api.ts';

export type TelarPorts = {
  /** @throws NoSuchEntity, InvalidInput for what is no principal of the account */
  explainAccess(input: TelarInput<'ExplainAccess'>, call: Call): AccessExplanation;
  executionState(arn: string): PipelineState | undefined;
  /** The file of a job's log, and whether the job has ended; undefined when there is no such job. */
  logOf(jobArn: string): { path: string; ended: boolean } | undefined;
  auditEvents(most: number): { seq: number; at: number; record: string }[];
  server: { version: string; account: string; dataFolder: string; startedAt: number };
  /** Highest delay of the event loop since it was last asked, in milliseconds. */
  loopLag(): number;
};
