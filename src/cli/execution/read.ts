/** Reads an execution through SageMaker's operations, and finds the one that a person means. */
import type { PipelineExecutionSummary, SageMaker } from '@aws-sdk/client-sagemaker';
import { type Clients, everyPage, unlessMissing } from '../aws.ts';
import { misuse } from '../errors.ts';
import { isMachineExecution, lastName, listMachineExecutions, machineNamed } from '../stateMachines/read.ts';
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

/** An execution of either kind. */
type Candidate = { arn: string; names: readonly string[]; startedAt: number };

/** @param of its pipeline or machine */
async function candidates(clients: Clients, of: { pipeline?: string; machineArn?: string }, most: number) {
  const [pipelines, machines] = await Promise.all([
    of.machineArn === undefined ? listExecutions(clients, of.pipeline, most) : [],
    of.pipeline === undefined ? listMachineExecutions(await clients.sfn(), of.machineArn, most) : [],
  ]);
  const all: Candidate[] = [
    ...pipelines.map(({ PipelineExecutionArn: arn = '', PipelineExecutionDisplayName, StartTime }) => ({
      arn,
      names: [lastPart(arn), PipelineExecutionDisplayName ?? ''],
      startedAt: StartTime?.getTime() ?? 0,
    })),
    ...machines.map(({ executionArn: arn = '', startDate }) => ({
      arn,
      names: [lastName(arn)],
      startedAt: startDate?.getTime() ?? 0,
    })),
  ];
  return all.sort((a, b) => b.startedAt - a.startedAt);
}

/**
 * The ARN of the execution that is meant, a pipeline's or a machine's: by its ARN, its id, its name, or the name of a pipeline or
 * machine for its newest; without anything, the newest of all.
 *
 * @param only which kind the newest of all is of. @default both
 * @throws Misuse when there is none, or more than one
 */
export async function findExecution(
  clients: Clients,
  meant: string | undefined,
  only?: 'pipeline' | 'machine',
): Promise<string> {
  if (meant !== undefined && (isMachineExecution(meant) || /^arn:.*\/execution\//.test(meant))) return meant;
  if (meant === undefined) {
    const newest = (await candidates(clients, {}, 1)).find(
      ({ arn }) => only === undefined || isMachineExecution(arn) === (only === 'machine'),
    );
    if (newest) return newest.arn;
    throw misuse("Nothing has run yet. Start a pipeline or a state machine with 'telar run NAME'.");
  }
  const kind = await kindNamed(clients, meant);
  if (kind) {
    const newest = (await candidates(clients, kind, 1))[0];
    if (newest) return newest.arn;
    const what = kind.pipeline === undefined ? 'State machine' : 'Pipeline';
    throw misuse(`${what} '${meant}' has not run yet. Start it with 'telar run ${meant}'.`);
  }
  const found = (await candidates(clients, {}, PAGE)).filter(({ names }) => names.includes(meant));
  // A display name may be given again and means the newest; a machine's execution of that name may be quite another thing.
  if (found.length > 1 && found.some(({ arn }) => isMachineExecution(arn))) {
    throw misuse(
      `Several executions are named '${meant}'. Name one by its ARN: ${found.map(({ arn }) => arn).join(', ')}.`,
    );
  }
  if (found[0]) return found[0].arn;
  throw misuse(
    `There is no execution, no pipeline and no state machine '${meant}'. 'telar status --list' shows the executions there are.`,
  );
}

export type Named = { pipeline: string; machineArn?: never } | { machineArn: string; pipeline?: never };

/**
 * The pipeline or machine of a name or ARN; undefined when there is none.
 *
 * @throws Misuse when there is one of each
 */
export async function kindNamed(clients: Clients, meant: string): Promise<Named | undefined> {
  const pipeline = meant.startsWith('arn:') ? lastPart(meant) : meant;
  const [client, sfn] = await Promise.all([clients.sagemaker(), clients.sfn()]);
  // A state machine, a step or a Glue job may be called what no pipeline can be.
  const isPipeline = !/^arn:[^:]*:states:/.test(meant) && /^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,255}$/.test(pipeline);
  const [there, machine] = await Promise.all([
    isPipeline ? unlessMissing(client.describePipeline({ PipelineName: pipeline })) : undefined,
    machineNamed(sfn, meant),
  ]);
  if (there && machine) {
    throw misuse(
      `There is a pipeline and a state machine '${meant}'. Name one by its ARN: ${there.PipelineArn} or ${machine.stateMachineArn}.`,
    );
  }
  if (machine) return { machineArn: machine.stateMachineArn! };
  return there ? { pipeline } : undefined;
}
