/** Pipelines and executions as Search answers them: out of their rows alone, no journal is read. */
import type { Parts } from './context.ts';
import { executionRecord, pipelineRecord } from './records.ts';

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
