/** `telar evidence`: writes the record of a run, as Markdown for people and JSON for programs. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Clients } from '../aws.ts';
import { unlessMissing } from '../aws.ts';
import type { Context } from '../context.ts';
import { type ExitStatus, misuse } from '../errors.ts';
import { bundleVersion, type CodeBundleEvidence, type Evidence, evidenceMarkdown } from '../evidence.ts';
import { executionReader, findExecution } from '../execution/read.ts';
import { reportRecord } from '../execution/report.ts';
import type { StepView } from '../execution/view.ts';
import { isMachineExecution } from '../stateMachines/read.ts';
import { clients, reportOf } from './shared.ts';

export async function evidence(
  context: Context,
  meant: string | undefined,
  options: { out?: string },
): Promise<ExitStatus> {
  const { out } = context;
  const on = clients(context);
  const arn = await findExecution(on, meant, 'pipeline');
  if (isMachineExecution(arn)) {
    throw misuse(
      `${arn} is a state machine's execution; evidence is of pipelines' executions. Name one that it began ('telar status' shows them), or keep 'telar history --json'.`,
    );
  }
  const record = await collect(on, arn);
  const { view } = record.report;
  const folder = resolve(options.out ?? join('evidence', view.id));
  mkdirSync(folder, { recursive: true });
  const markdown = join(folder, 'evidence.md');
  const json = join(folder, 'evidence.json');
  writeFileSync(markdown, evidenceMarkdown(record));
  const { report, ...rest } = record;
  const document = { ...rest, execution: reportRecord(report) };
  writeFileSync(json, `${JSON.stringify(document, null, 2)}\n`);
  out.line(`The record of execution ${out.style.bold(view.id)} (${view.pipeline}, ${view.status}):`);
  out.line(`  ${markdown}`);
  out.line(`  ${json}`);
  out.result({ markdown, json, evidence: document });
  return 0;
}

async function collect(on: Clients, arn: string): Promise<Evidence> {
  const reader = await executionReader(on, arn);
  const report = await reportOf(on, reader.planned, await reader.read());
  const client = await on.sagemaker();
  const [execution, pipeline, server] = await Promise.all([
    client.describePipelineExecution({ PipelineExecutionArn: arn }),
    unlessMissing(client.describePipeline({ PipelineName: report.view.pipeline })),
    on.telar('DescribeServer', {}),
  ]);
  const { CodeBundleUri: uri } = report.view.parameters;
  const verdicts = await Promise.all(
    report.view.steps.map(async ({ name }) => {
      const { Cache } = await on.telar('ExplainStep', { PipelineExecutionArn: arn, StepName: name });
      return [name, Cache] as const;
    }),
  );
  return {
    madeAt: new Date().toISOString(),
    account: server.Account,
    region: on.connection.region,
    server: { version: server.Version },
    pipeline: { description: pipeline?.PipelineDescription, roleArn: pipeline?.RoleArn ?? '' },
    codeBundle: uri ? await bundleEvidence(on, uri) : undefined,
    startedBy: execution.CreatedBy?.IamIdentity?.Arn ?? '',
    report,
    cache: Object.fromEntries(verdicts),
    use: (await Promise.all(report.view.steps.map((step) => useOf(on, step)))).flat(),
  };
}

/** What a step's job used; nothing where it ran none, or the job was deleted. */
async function useOf({ telar }: Clients, { name, jobArn, cachedFrom }: StepView): Promise<Evidence['use'][number][]> {
  if (jobArn === undefined || cachedFrom !== undefined) return [];
  const answer = await unlessMissing(telar('ListJobUse', { JobArn: jobArn }));
  return (answer?.Jobs[0]?.Hosts ?? []).flatMap(({ Name: host, CpuSeconds, PeakMemoryBytes }) =>
    CpuSeconds === undefined || PeakMemoryBytes === undefined
      ? []
      : [{ step: name, host, cpuSeconds: CpuSeconds, peakMemoryBytes: PeakMemoryBytes }],
  );
}

async function bundleEvidence({ s3 }: Clients, uri: string): Promise<CodeBundleEvidence> {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri) ?? [];
  const head =
    bucket && key
      ? await unlessMissing((await s3()).headObject({ Bucket: bucket, Key: key, ChecksumMode: 'ENABLED' }))
      : undefined;
  const sha256 = head?.ChecksumSHA256 && Buffer.from(head.ChecksumSHA256, 'base64').toString('hex');
  return { uri, ...bundleVersion(uri), sha256: sha256 || undefined };
}
