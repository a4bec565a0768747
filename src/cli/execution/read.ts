/** Reads an execution through SageMaker's operations, and finds the one that a person means. */
import type { PipelineExecutionSummary, SageMaker } from '@aws-sdk/client-sagemaker';
import { type Clients, everyPage, unlessMissing } from '../aws.ts';
import { misuse } from '../errors.ts';
import { type ExecutionStatus, type ExecutionView, lastPart, type Planned, planOf, stepViews } from './view.ts';

export type ExecutionReader = { planned: Planned; read(): Promise<ExecutionView> };

const PAGE = 100;

/** Reads once what does not change, and `read` what does. */
export async function executionReader({ sagemaker }: Clients, arn: string): Promise<ExecutionReader> {
  const client = await sagemaker();
  const [{ PipelineDefinition = '{}' }, parameters] = await Promise.all([
    client.describePipelineDefinitionForExecution({ PipelineExecutionArn: arn }),
    parametersOf(client, arn),
  ]);
  const planned = planOf(PipelineDefinition);
  return {
    planned,
    async read() {
      const [execution, steps] = await Promise.all([
        client.describePipelineExecution({ PipelineExecutionArn: arn }),
        stepsOf(client, arn),
      ]);
      const status = execution.PipelineExecutionStatus as ExecutionStatus;
      const ended = status !== 'Executing' && status !== 'Stopping';
      const pipelineArn = execution.PipelineArn ?? '';
      return {
        arn,
        id: lastPart(arn),
        pipeline: lastPart(pipelineArn),
        pipelineArn,
        displayName: execution.PipelineExecutionDisplayName ?? '',
        status,
        reason: execution.FailureReason,
        startedAt: execution.CreationTime?.getTime() ?? 0,
        endedAt: ended ? execution.LastModifiedTime?.getTime() : undefined,
        parameters,
        steps: stepViews(planned, steps, status),
      };
    },
  };
}

function stepsOf(client: SageMaker, arn: string) {
  return everyPage(async (NextToken) => {
    const page = await client.listPipelineExecutionSteps({ PipelineExecutionArn: arn, MaxResults: PAGE, NextToken });
    return { items: page.PipelineExecutionSteps, next: page.NextToken };
  });
}

async function parametersOf(client: SageMaker, arn: string): Promise<Record<string, string>> {
  const all = await everyPage(async (NextToken) => {
    const page = await client.listPipelineParametersForExecution({
      PipelineExecutionArn: arn,
      MaxResults: PAGE,
      NextToken,
    });
    return { items: page.PipelineParameters, next: page.NextToken };
  });
  return Object.fromEntries(all.map(({ Name, Value }) => [Name ?? '', Value ?? '']));
}

export type ExecutionEntry = PipelineExecutionSummary & { pipeline: string };

/** Executions, the newest first. @param pipeline all pipelines when undefined @param most of each pipeline */
export async function listExecutions(
  { sagemaker }: Clients,
  pipeline: string | undefined,
  most: number,
): Promise<ExecutionEntry[]> {
  const client = await sagemaker();
  const names = pipeline === undefined ? await pipelineNames(client) : [pipeline];
  const lists = await Promise.all(
    names.map(async (name) => {
      const { PipelineExecutionSummaries = [] } = await client.listPipelineExecutions({
        PipelineName: name,
        MaxResults: Math.min(most, PAGE),
        SortBy: 'CreationTime',
        SortOrder: 'Descending',
      });
      return PipelineExecutionSummaries.map((summary) => ({ ...summary, pipeline: name }));
    }),
  );
  return lists
    .flat()
    .sort((a, b) => (b.StartTime?.getTime() ?? 0) - (a.StartTime?.getTime() ?? 0))
    .slice(0, most);
}

async function pipelineNames(client: SageMaker): Promise<string[]> {
  const all = await everyPage(async (NextToken) => {
    const page = await client.listPipelines({ MaxResults: PAGE, NextToken });
    return { items: page.PipelineSummaries, next: page.NextToken };
  });
  return all.flatMap(({ PipelineName }) => (PipelineName ? [PipelineName] : []));
}

/**
 * The ARN of the execution that is meant: by its ARN, its id, its display name, or a pipeline's name for that pipeline's
 * newest; without anything, the newest of all.
 *
 * @throws Misuse when there is none
 */
export async function findExecution(clients: Clients, meant: string | undefined): Promise<string> {
  if (meant?.startsWith('arn:') && meant.includes('/execution/')) return meant;
  const name = meant?.startsWith('arn:') ? lastPart(meant) : meant;
  if (name === undefined) {
    const newest = (await listExecutions(clients, undefined, 1))[0]?.PipelineExecutionArn;
    if (newest) return newest;
    throw misuse("Nothing has run yet. Start a pipeline with 'telar run PIPELINE'.");
  }
  const client = await clients.sagemaker();
  if (await unlessMissing(client.describePipeline({ PipelineName: name }))) {
    const newest = (await listExecutions(clients, name, 1))[0]?.PipelineExecutionArn;
    if (newest) return newest;
    throw misuse(`Pipeline '${name}' has not run yet. Start it with 'telar run ${name}'.`);
  }
  const all = await listExecutions(clients, undefined, PAGE);
  const found = all.find(
    ({ PipelineExecutionArn = '', PipelineExecutionDisplayName }) =>
      lastPart(PipelineExecutionArn) === name || PipelineExecutionDisplayName === name,
  );
  if (found?.PipelineExecutionArn) return found.PipelineExecutionArn;
  throw misuse(`There is no execution and no pipeline '${name}'. 'telar status --list' shows the ones there are.`);
}
