/** The pipeline on a real server: published as `telar publish` does it, run, refused by its gate, failed by a wrong delivery. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Customers, customersOn, inventCustomers } from '../../tests/support/customers.ts';
import { startTestServer, type TestServer } from '../../tests/support/server.ts';
import type { CleaningReport } from './code/cleaning.ts';
import type { Evaluation } from './code/evaluation.ts';

const MINUTES = 60_000;
let server: TestServer;
let invented: Customers;
let customers: ReturnType<typeof customersOn>;
let start: Record<string, unknown>;

beforeAll(async () => {
  [invented, server] = await Promise.all([inventCustomers(), startTestServer()]);
  customers = customersOn(server, invented);
  const { documents, bundle } = await customers.publish();
  start = documents.pipelines[0]!.startParameters(bundle!.uri);
}, 10 * MINUTES);
afterAll(async () => {
  await server?.close();
  invented?.remove();
});

/** Runs the pipeline to its end: how it ended, and each step. */
async function run(changes: Record<string, unknown> = {}) {
  const parameters = Object.entries({ ...start, ...changes });
  const { PipelineExecutionArn } = await customers.sagemaker.startPipelineExecution({
    PipelineName: 'customers-modelbuild-dev',
    PipelineParameters: parameters.map(([Name, Value]) => ({ Name, Value: String(Value) })),
    ClientRequestToken: crypto.randomUUID(),
  });
  return await customers.ended(PipelineExecutionArn!);
}

describe('the customers pipeline', () => {
  it('cleans, learns, measures and registers', { timeout: 5 * MINUTES }, async () => {
    const { status, steps, id } = await run();
    const failed = [...steps.values()].flatMap(({ StepName, FailureReason }) =>
      FailureReason ? [`${StepName}: ${FailureReason}`] : [],
    );
    expect(failed).toEqual([]);
    expect(status).toBe('Succeeded');
    const report = await customers.read<CleaningReport>(
      `clean/run_date=2026-07-01/run_id=${id}/cleaning/cleaning.json`,
    );
    expect(report.reasons).toEqual({ too_long: 0, bad_customer: 0, ...invented.manifest.faults });
    expect(report.files).toHaveLength(3);
    const evaluation = await customers.read<Evaluation>(`pipeline/runs/${id}/evaluation/evaluation.json`);
    expect(evaluation.metrics.auc).toBeGreaterThan(evaluation.baselines.recency_auc);
    expect(await customers.versions()).toMatchObject([{ ModelApprovalStatus: 'PendingManualApproval' }]);
    // What a pipeline cleans is its own: no function takes it for a delivery.
    expect(await customers.arrived()).toEqual([]);
  });

  it('registers nothing that the gate refuses, and takes from the cache what has not changed', {
    timeout: 5 * MINUTES,
  }, async () => {
    const { status, steps } = await run({ AucThreshold: 0.99 });
    expect(status).toBe('Succeeded');
    expect(steps.get('QualityGate')?.Metadata?.Condition?.Outcome).toBe('False');
    expect(steps.has('RegisterModel')).toBe(false);
    expect(steps.get('MakeFeatures')?.CacheHitResult?.SourcePipelineExecutionArn).toBeDefined();
  });

  it('fails with the reason when a delivery is not what it should be', { timeout: 5 * MINUTES }, async () => {
    await customers.s3.putObject({ Bucket: 'customers-mlops-data', Key: 'raw/wrong/a.csv', Body: 'id,name\n1,x\n' });
    const { status, steps } = await run({ InputRawUri: 's3://customers-mlops-data/raw/wrong' });
    expect(status).toBe('Failed');
    expect(steps.get('CleanTransactions')?.FailureReason).toContain("The header of a.csv is 'id,name'");
  });
});
