/** Pipelines and executions as SageMaker's API shows them, in what their rows alone say. */
import { readUser } from '../../protocol/userContext.ts';
import type { ExecutionRow, PipelineRow } from './store.ts';

export const pipelineRecord = (row: PipelineRow) => ({
  PipelineArn: row.arn,
  PipelineName: row.name,
  PipelineDisplayName: row.display_name ?? undefined,
  PipelineDescription: row.description ?? undefined,
  RoleArn: row.role_arn,
  PipelineStatus: 'Active' as const,
  CreationTime: new Date(row.created_at),
  LastModifiedTime: new Date(row.modified_at),
  LastRunTime: row.last_run_at === null ? undefined : new Date(row.last_run_at),
  CreatedBy: readUser(row.created_by),
  LastModifiedBy: readUser(row.modified_by),
  ParallelismConfiguration: parallelism(row.max_parallel),
});

export const executionRecord = (row: ExecutionRow) => ({
  PipelineArn: row.pipeline,
  PipelineExecutionArn: row.arn,
  PipelineExecutionDisplayName: row.display_name,
  PipelineExecutionStatus: row.status,
  PipelineExecutionDescription: row.description ?? undefined,
  FailureReason: row.failure_reason ?? undefined,
  CreationTime: new Date(row.created_at),
  LastModifiedTime: new Date(row.modified_at),
  CreatedBy: readUser(row.created_by),
  LastModifiedBy: readUser(row.modified_by),
  ParallelismConfiguration: parallelism(row.max_parallel),
  SelectiveExecutionConfig: row.selective === null ? undefined : JSON.parse(row.selective),
  PipelineVersionId: row.version,
});

function parallelism(most: number | null) {
  return most === null ? undefined : { MaxParallelExecutionSteps: most };
}
