/** Pipelines and executions as Search answers them: out of their rows alone, no journal is read. */
import type { Parts } from './context.ts';
import { parallelism } from './pipelineOperations.ts';
import type { ExecutionRow, PipelineRow } from './store.ts';

/** Pipelines or executions of a region as they are described, after one, in the order of their ARNs. */
type Following = (
  region: string,
  after: string,
  limit: number,
) => { after: string; arn: string; record: Readonly<Record<string, unknown>> }[];

export type Searched = { pipelines: Following; executions: Following };

export function searched({ db }: Pick<Parts, 'db'>, account: string): Searched {
  return {
    pipelines: (region, after, limit) =>
      db
        .pipelinesAfter({ region, after, limit })
        .map((row) => ({ after: row.arn, arn: row.arn, record: pipelineRecord(row) })),
    executions(region, after, limit) {
      // An execution's ARN begins with its pipeline's, which says the region.
      const first = `arn:aws:sagemaker:${region}:${account}:pipeline/`;
      return db
        .executionsAfter({ after: after === '' ? first : after, below: `${first}\u{10ffff}`, limit })
        .map((row) => ({ after: row.arn, arn: row.arn, record: executionRecord(row) }));
    },
  };
}

const pipelineRecord = (row: PipelineRow) => ({
  PipelineArn: row.arn,
  PipelineName: row.name,
  PipelineDisplayName: row.display_name ?? undefined,
  PipelineDescription: row.description ?? undefined,
  RoleArn: row.role_arn,
  PipelineStatus: 'Active',
  CreationTime: new Date(row.created_at),
  LastModifiedTime: new Date(row.modified_at),
  LastRunTime: row.last_run_at === null ? undefined : new Date(row.last_run_at),
  CreatedBy: JSON.parse(row.created_by),
  LastModifiedBy: JSON.parse(row.modified_by),
  ParallelismConfiguration: parallelism(row.max_parallel),
});

const executionRecord = (row: ExecutionRow) => ({
  PipelineArn: row.pipeline,
  PipelineExecutionArn: row.arn,
  PipelineExecutionDisplayName: row.display_name,
  PipelineExecutionStatus: row.status,
  PipelineExecutionDescription: row.description ?? undefined,
  FailureReason: row.failure_reason ?? undefined,
  CreationTime: new Date(row.created_at),
  LastModifiedTime: new Date(row.modified_at),
  CreatedBy: JSON.parse(row.created_by),
  LastModifiedBy: JSON.parse(row.modified_by),
  ParallelismConfiguration: parallelism(row.max_parallel),
  SelectiveExecutionConfig: row.selective === null ? undefined : JSON.parse(row.selective),
  PipelineVersionId: row.version,
});
