/**
 * What an execution has led to: the metrics of its property files and training jobs, each condition with the values that
 * were compared, and the model package. Read through the same operations that anyone may call.
 */
import { select } from '../../definition/pipeline/jsonPath.ts';
import { type Metric, metricsIn } from '../../definition/pipeline/reportMetrics.ts';
import { type Resolution, resolve, type Scope, type StepResult } from '../../definition/pipeline/resolve.ts';
import type { Condition, Expression, Json, ProcessingStep, PropertyFile } from '../../definition/pipeline/types.ts';
import type { Clients } from '../aws.ts';
import { conditionText, type Operand } from './condition.ts';
import { describeJob } from './job.ts';
import type { ExecutionView, Planned, StepView } from './view.ts';

export type MetricSet = { step: string; source: string; metrics: Metric[] };
export type Gate = { step: string; outcome: 'True' | 'False'; conditions: string[] };
export type ModelPackage = { arn: string; group: string; version: number; approval: string };
export type Results = { metrics: MetricSet[]; gates: Gate[]; modelPackage: ModelPackage | undefined };

type Documents = Map<string, Json>;

const MOST_ROUNDS = 4;

export async function resultsOf(clients: Clients, planned: Planned, view: ExecutionView): Promise<Results> {
  const results = await stepResults(clients, planned, view);
  const documents: Documents = new Map();
  const [metrics, gates, modelPackage] = await Promise.all([
    metricsOf(clients, planned, view, results, documents),
    gatesOf(clients, planned, view, results, documents),
    modelPackageOf(clients, view),
  ]);
  return { metrics, gates, modelPackage };
}

/** What each step's Describe answers: what a definition's references walk. */
async function stepResults(clients: Clients, planned: Planned, view: ExecutionView): Promise<Map<string, StepResult>> {
  const client = await clients.sagemaker();
  const results = new Map<string, StepResult>();
  await Promise.all(
    view.steps.map(async (step) => {
      if (step.outcome) results.set(step.name, { outcome: step.outcome });
      if (step.status !== 'Succeeded' || !step.jobArn) return;
      const { describe } = await describeJob(client, step.jobArn);
      const plain = JSON.parse(JSON.stringify(describe)) as Json;
      results.set(step.name, { describe: plain, propertyFiles: propertyFilesOf(planned, step) });
    }),
  );
  return results;
}

function propertyFilesOf({ plan }: Planned, { name }: StepView): readonly PropertyFile[] {
  const step = plan.steps[plan.byName.get(name)!]!.step;
  return (step as Partial<ProcessingStep>).PropertyFiles ?? [];
}

async function metricsOf(
  clients: Clients,
  planned: Planned,
  view: ExecutionView,
  results: ReadonlyMap<string, StepResult>,
  documents: Documents,
): Promise<MetricSet[]> {
  const sets = await Promise.all(
    view.steps.map(async (step): Promise<MetricSet[]> => {
      const result = results.get(step.name);
      const describe = result?.describe;
      if (!isObject(describe ?? null)) return [];
      const training = trainingMetrics(step.name, describe as { [key: string]: Json });
      const files = propertyFilesOf(planned, step).map(async (file): Promise<MetricSet[]> => {
        const uri = propertyFileUri(describe as Json, file);
        const document = uri && (await readDocument(clients, uri, documents));
        const metrics = document === undefined ? [] : metricsIn(document as Json);
        return metrics.length > 0 ? [{ step: step.name, source: uri!, metrics }] : [];
      });
      return [...training, ...(await Promise.all(files)).flat()];
    }),
  );
  return sets.flat();
}

function trainingMetrics(step: string, describe: { [key: string]: Json }): MetricSet[] {
  const list = describe['FinalMetricDataList'];
  if (!Array.isArray(list) || list.length === 0) return [];
  const metrics = list.flatMap((item) =>
    isObject(item) && typeof item['Value'] === 'number'
      ? [{ name: String(item['MetricName']), value: item['Value'] }]
      : [],
  );
  return [{ step, source: String(describe['TrainingJobArn'] ?? ''), metrics }];
}

/** A property file lies under the S3Uri of the output that it names. */
export function propertyFileUri(describe: Json, file: PropertyFile): string | undefined {
  const output = select(describe, ['ProcessingOutputConfig', 'Outputs', file.OutputName, 'S3Output', 'S3Uri']);
  if (!output.found || typeof output.value !== 'string') return undefined;
  return `${output.value.replace(/\/$/, '')}/${file.FilePath.replace(/^\//, '')}`;
}

/** The metrics of a JSON document; none when it cannot be read. */
export async function metricsAt(clients: Clients, uri: string): Promise<Metric[]> {
  const document = await readDocument(clients, uri, new Map());
  return document === undefined ? [] : metricsIn(document);
}

async function gatesOf(
  clients: Clients,
  { plan }: Planned,
  view: ExecutionView,
  results: ReadonlyMap<string, StepResult>,
  documents: Documents,
): Promise<Gate[]> {
  const gates: Gate[] = [];
  for (const { step } of plan.steps) {
    const outcome = view.steps.find(({ name }) => name === step.Name)?.outcome;
    if (step.Type !== 'Condition' || outcome === undefined) continue;
    const value = (expression: Expression) => operand(clients, expression, view, results, documents);
    const conditions = await Promise.all(step.Arguments.Conditions.map((one: Condition) => conditionText(one, value)));
    gates.push({ step: step.Name, outcome, conditions });
  }
  return gates;
}

/** An expression with its value, reading the documents that it needs. */
async function operand(
  clients: Clients,
  expression: Expression,
  view: ExecutionView,
  results: ReadonlyMap<string, StepResult>,
  documents: Documents,
): Promise<Operand> {
  const scope: Scope = {
    parameter: (name) => view.parameters[name],
    execution: {
      PipelineName: view.pipeline,
      PipelineArn: view.pipelineArn,
      PipelineExecutionArn: view.arn,
      PipelineExecutionId: view.id,
    },
    step: (name) => results.get(name),
    document: (uri) => {
      const value = documents.get(uri);
      return value === undefined ? undefined : { ok: true, value };
    },
  };
  let outcome: Resolution<Json> = resolve(expression, scope);
  for (let round = 0; round < MOST_ROUNDS && !outcome.ok && 'needs' in outcome; round += 1) {
    const read = await Promise.all(outcome.needs.map((uri) => readDocument(clients, uri, documents)));
    if (read.includes(undefined)) break;
    outcome = resolve(expression, scope);
  }
  return { expression, value: outcome.ok ? outcome.value : undefined };
}

async function readDocument({ s3 }: Clients, uri: string, documents: Documents): Promise<Json | undefined> {
  if (documents.has(uri)) return documents.get(uri);
  const match = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri);
  if (!match) return undefined;
  try {
    const { Body } = await (await s3()).getObject({ Bucket: match[1]!, Key: match[2]! });
    const value = JSON.parse((await Body?.transformToString()) ?? '') as Json;
    documents.set(uri, value);
    return value;
  } catch {
    // Gone, or no JSON: there is nothing to show of it.
    return undefined;
  }
}

async function modelPackageOf({ sagemaker }: Clients, view: ExecutionView): Promise<ModelPackage | undefined> {
  const arn = view.steps.find(({ modelPackageArn }) => modelPackageArn)?.modelPackageArn;
  if (arn === undefined) return undefined;
  const described = await (await sagemaker()).describeModelPackage({ ModelPackageName: arn });
  return {
    arn,
    group: described.ModelPackageGroupName ?? '',
    version: described.ModelPackageVersion ?? 0,
    approval: described.ModelApprovalStatus ?? '',
  };
}

function isObject(value: Json): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
