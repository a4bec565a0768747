/** Executions: start, stop, retry, update, describe, list; their steps, parameters and definitions. */
import { LOWER_ALPHANUMERIC, randomString } from '../../base/random.ts';
import { bindParameters } from '../../definition/pipeline/parameters.ts';
import { parsePipeline } from '../../definition/pipeline/parse.ts';
import { scalarText } from '../../definition/pipeline/scalar.ts';
import { selectSteps } from '../../definition/pipeline/selective.ts';
import type { PipelineEvent } from '../../engine/pipelines/events.ts';
import { PIPELINE } from '../../engine/pipelines/language.ts';
import type { ExecutionInput, PipelineState } from '../../engine/pipelines/state.ts';
import { mayRetry, mayStop } from '../../engine/pipelines/statuses.ts';
import { pageOf, SAGEMAKER_PAGE } from '../../protocol/pages.ts';
import { type Call, type InputOf, type Operations, reads, writes } from '../../protocol/service.ts';
import { writeUser } from '../../protocol/userContext.ts';
import { type Parts, pipelineArn, type Sdk } from './context.ts';
import { errors } from './errors.ts';
import { callbackFailed, callbackSucceeded } from './externalSteps.ts';
import { beginning, between, existing, existingVersion } from './pipelineOperations.ts';
import { executionRecord } from './records.ts';
import { stepPage } from './steps.ts';
import type { ExecutionRow, PipelineRow, VersionRow } from './store.ts';
import { once } from './tokens.ts';

type Names =
  | 'StartPipelineExecution'
  | 'StopPipelineExecution'
  | 'RetryPipelineExecution'
  | 'UpdatePipelineExecution'
  | 'DescribePipelineExecution'
  | 'DescribePipelineDefinitionForExecution'
  | 'ListPipelineExecutions'
  | 'ListPipelineExecutionSteps'
  | 'ListPipelineParametersForExecution'
  | 'SendPipelineExecutionStepSuccess'
  | 'SendPipelineExecutionStepFailure';

const onExecution = (action: string) => (input: { PipelineExecutionArn?: string | undefined }) => [
  { action: `sagemaker:${action}`, resource: input.PipelineExecutionArn ?? '*' },
];
const onPipeline = (action: string) => (input: { PipelineName: string | undefined }, call: Call) => [
  { action: `sagemaker:${action}`, resource: pipelineArn(call, input.PipelineName ?? '*') },
];

export function executionOperations(parts: Parts): Operations<Sdk, Names> {
  const { db, engine } = parts;
  return {
    StartPipelineExecution: writes(onPipeline('StartPipelineExecution'), (input, call) =>
      once(db, 'StartPipelineExecution', input, call, () => start(parts, input, call)),
    ),
    StopPipelineExecution: writes(onExecution('StopPipelineExecution'), (input, call) =>
      once(db, 'StopPipelineExecution', input, call, () => {
        const { row } = execution(parts, input.PipelineExecutionArn!);
        if (!mayStop(row.status)) throw errors.notStoppable(row.arn, row.status);
        engine.append<PipelineEvent>(row.arn, { kind: 'stop-requested' });
        return { PipelineExecutionArn: row.arn };
      }),
    ),
    RetryPipelineExecution: writes(onExecution('RetryPipelineExecution'), (input, call) =>
      once(db, 'RetryPipelineExecution', input, call, () => {
        const { row, state } = execution(parts, input.PipelineExecutionArn!);
        if (!mayRetry(row.status)) throw errors.notRetryable(row.arn, row.status);
        if (state.failedByDesign) throw errors.failedByDesign(row.arn);
        const maxParallel = input.ParallelismConfiguration?.MaxParallelExecutionSteps;
        db.updateExecution(changed(row, { maxParallel }, call));
        engine.append<PipelineEvent>(row.arn, { kind: 'retry-requested', ...(maxParallel && { maxParallel }) });
        return { PipelineExecutionArn: row.arn };
      }),
    ),
    UpdatePipelineExecution: writes(onExecution('UpdatePipelineExecution'), (input, call) => {
      const { row } = execution(parts, input.PipelineExecutionArn!);
      const maxParallel = input.ParallelismConfiguration?.MaxParallelExecutionSteps;
      const { PipelineExecutionDisplayName: displayName, PipelineExecutionDescription: text } = input;
      db.updateExecution(changed(row, { displayName, description: text, maxParallel }, call));
      if (maxParallel) engine.append<PipelineEvent>(row.arn, { kind: 'updated', maxParallel });
      return { PipelineExecutionArn: row.arn };
    }),
    DescribePipelineExecution: reads(onExecution('DescribePipelineExecution'), (input) =>
      description(execution(parts, input.PipelineExecutionArn!)),
    ),
    DescribePipelineDefinitionForExecution: reads(onExecution('DescribePipelineDefinitionForExecution'), (input) => {
      const { row, state } = execution(parts, input.PipelineExecutionArn!);
      return { PipelineDefinition: state.input.definition, CreationTime: new Date(row.created_at) };
    }),
    ListPipelineExecutions: reads(onPipeline('ListPipelineExecutions'), (input, call) => list(parts, input, call)),
    ListPipelineExecutionSteps: reads(onExecution('ListPipelineExecutionSteps'), (input) => {
      // The model does not require it, and there is nothing to list without it.
      if (input.PipelineExecutionArn === undefined) throw errors.noExecutionArn();
      const { row, state } = execution(parts, input.PipelineExecutionArn);
      const page = stepPage(state, input, { operation: 'ListPipelineExecutionSteps', arn: row.arn });
      return { PipelineExecutionSteps: page.items, NextToken: page.next };
    }),
    ListPipelineParametersForExecution: reads(onExecution('ListPipelineParametersForExecution'), (input) => {
      const { row, state } = execution(parts, input.PipelineExecutionArn!);
      const parameters = Object.entries(state.input.parameters);
      const page = pageOf(
        {
          query: { operation: 'ListPipelineParametersForExecution', arn: row.arn },
          token: input.NextToken,
          limit: input.MaxResults ?? SAGEMAKER_PAGE,
        },
        (after, limit) => {
          const from = after ? parameters.findIndex(([name]) => name === after[0]) + 1 : 0;
          return parameters.slice(from, from + limit);
        },
        ([name]) => [name],
      );
      const answered = page.items.map(([Name, value]) => ({ Name, Value: scalarText(value) }));
      return { PipelineParameters: answered, NextToken: page.next };
    }),
    SendPipelineExecutionStepSuccess: writes(onCallback('SendPipelineExecutionStepSuccess'), (input, call) =>
      once(db, 'SendPipelineExecutionStepSuccess', input, call, () => callbackSucceeded(parts, input)),
    ),
    SendPipelineExecutionStepFailure: writes(onCallback('SendPipelineExecutionStepFailure'), (input, call) =>
      once(db, 'SendPipelineExecutionStepFailure', input, call, () => callbackFailed(parts, input)),
    ),
  };
}

type Change = {
  displayName?: string | undefined;
  description?: string | undefined;
  maxParallel?: number | undefined;
};

/** The columns of an execution that a request changes. */
function changed(row: ExecutionRow, { displayName, description: text, maxParallel }: Change, call: Call) {
  return {
    arn: row.arn,
    display_name: displayName ?? row.display_name,
    description: text ?? row.description,
    max_parallel: maxParallel ?? row.max_parallel,
    modified_at: call.now,
    modified_by: writeUser(call.principal),
  };
}

const onCallback = (action: string) => (_input: unknown, call: Call) => [
  { action: `sagemaker:${action}`, resource: pipelineArn(call, '*') },
];

type Execution = { row: ExecutionRow; state: PipelineState };

/** An execution's row and folded state. @throws ResourceNotFound */
function execution({ db, engine }: Pick<Parts, 'db' | 'engine'>, arn: string): Execution {
  const row = db.execution({ arn });
  const state = row && engine.state<PipelineState>(arn);
  if (!row || !state) throw errors.executionNotFound(arn);
  return { row, state };
}

function start(parts: Parts, input: InputOf<Sdk, 'StartPipelineExecution'>, call: Call) {
  const { db, engine, world } = parts;
  if (input.MlflowExperimentName !== undefined) throw errors.mlflow('MlflowExperimentName');
  const pipeline = existing(db, call, input.PipelineName!);
  const version = existingVersion(db, pipeline, input.PipelineVersionId);
  const id = randomString(world.random, 12, LOWER_ALPHANUMERIC);
  const arn = `${pipeline.arn}/execution/${id}`;
  const maxParallel = input.ParallelismConfiguration?.MaxParallelExecutionSteps ?? pipeline.max_parallel ?? undefined;
  const begin: ExecutionInput = {
    executionArn: arn,
    executionId: id,
    pipelineArn: pipeline.arn,
    pipelineName: pipeline.name,
    roleArn: pipeline.role_arn,
    region: pipeline.region,
    definition: version.definition,
    maxParallel,
    ...chosen(parts, input, version, pipeline),
  };
  const by = writeUser(call.principal);
  db.insertExecution({
    arn,
    pipeline: pipeline.arn,
    version: version.version,
    display_name: input.PipelineExecutionDisplayName ?? `execution-${call.now}`,
    description: input.PipelineExecutionDescription ?? null,
    status: 'Executing',
    failure_reason: null,
    selective: input.SelectiveExecutionConfig ? JSON.stringify(input.SelectiveExecutionConfig) : null,
    max_parallel: maxParallel ?? null,
    created_at: call.now,
    created_by: by,
    modified_at: call.now,
    modified_by: by,
  });
  db.setLastRun({ arn: pipeline.arn, at: call.now });
  db.setVersionRun({ pipeline: pipeline.arn, version: version.version, execution: arn });
  engine.start<PipelineEvent>(PIPELINE, arn, begin, { kind: 'started' });
  return { PipelineExecutionArn: arn };
}

/** What an execution runs with: parameters given over the source's or the defaults, and the steps that are selected. */
function chosen(
  parts: Parts,
  input: InputOf<Sdk, 'StartPipelineExecution'>,
  version: VersionRow,
  pipeline: PipelineRow,
): Pick<ExecutionInput, 'parameters' | 'reused' | 'leftOut' | 'reusedFrom'> {
  const parsed = parsePipeline(version.definition);
  if ('problems' in parsed) throw errors.definition(parsed.problems);
  const given = (input.PipelineParameters ?? []).map(({ Name, Value }) => ({ Name: Name!, Value: Value! }));
  const config = input.SelectiveExecutionConfig;
  const source = config && sourceOf(parts, config.SourcePipelineExecutionArn, pipeline);
  const named = new Set(given.map(({ Name }) => Name));
  const inherited = Object.entries(source?.state.input.parameters ?? {})
    .filter(([name]) => !named.has(name) && parsed.plan.parameters.has(name))
    .map(([Name, value]) => ({ Name, Value: scalarText(value) }));
  const bound = bindParameters(parsed.definition, [...given, ...inherited]);
  if ('problems' in bound) throw errors.start(bound.problems);
  if (!config) return { parameters: bound.values, reused: {}, leftOut: [], reusedFrom: undefined };
  const steps = (config.SelectedSteps ?? []).map(({ StepName }) => ({ StepName: StepName! }));
  const selection = selectSteps(parsed.plan, { SelectedSteps: steps });
  if ('problems' in selection) throw errors.start(selection.problems);
  const nameOf = (index: number) => parsed.plan.steps[index]!.name;
  const reused = selection.reused.map((index) => [nameOf(index), reusedResult(source, nameOf(index))] as const);
  return {
    parameters: bound.values,
    reused: Object.fromEntries(reused),
    leftOut: selection.leftOut.map(nameOf),
    reusedFrom: source?.row.arn,
  };
}

/** The execution whose results are reused: the one named, else the pipeline's newest. */
function sourceOf(parts: Parts, arn: string | undefined, pipeline: PipelineRow): Execution | undefined {
  const newest = () => {
    const everything = { pipeline: pipeline.arn, since: -1, until: Number.MAX_SAFE_INTEGER, limit: 1 };
    const from = beginning('Descending', 'number');
    return parts.db.executions('CreationTime', 'Descending')({ ...everything, ...from })[0]?.arn;
  };
  const chosenArn = arn ?? newest();
  if (chosenArn === undefined) return undefined;
  const source = execution(parts, chosenArn);
  if (source.row.pipeline !== pipeline.arn) throw errors.executionNotFound(chosenArn);
  if (source.row.status === 'Executing' || source.row.status === 'Stopping') {
    throw errors.selectiveSource(chosenArn, source.row.status);
  }
  return source;
}

function reusedResult(source: Execution | undefined, name: string) {
  const index = source?.state.plan.byName.get(name);
  const result = index === undefined ? undefined : source!.state.steps[index]!.result;
  if (result) return result;
  throw errors.start([
    {
      path: '$.SelectiveExecutionConfig',
      rule: 'reused-step',
      message: source
        ? `Step '${name}' is upstream of the selected steps, and the source execution '${source.row.arn}' has no successful run of it to reuse. Select it too, or name another source.`
        : `Step '${name}' is upstream of the selected steps, and this pipeline has no execution to reuse it from. Select it too.`,
    },
  ]);
}

/** With what its journal knows better than its row. */
const description = ({ row, state }: Execution) => ({
  ...executionRecord(row),
  PipelineExecutionStatus: state.status,
  FailureReason: state.failureReason,
  LastModifiedTime: new Date(Math.max(row.modified_at, state.changedAt)),
});

function list({ db }: Parts, input: InputOf<Sdk, 'ListPipelineExecutions'>, call: Call) {
  const { arn: pipeline } = existing(db, call, input.PipelineName!);
  const sort = input.SortBy ?? 'CreationTime';
  const order = input.SortOrder ?? 'Descending';
  const bounds = between(input);
  const page = pageOf<ExecutionRow>(
    {
      query: { operation: 'ListPipelineExecutions', pipeline, ...bounds, sort, order },
      token: input.NextToken,
      limit: input.MaxResults ?? SAGEMAKER_PAGE,
    },
    (after, limit) => {
      const from = after
        ? { value: after[0]!, arn: String(after[1]) }
        : beginning(order, sort === 'CreationTime' ? 'number' : 'text');
      return db.executions(sort, order)({ pipeline, ...bounds, ...from, limit });
    },
    (row) => [sort === 'CreationTime' ? row.created_at : row.arn, row.arn],
  );
  return {
    PipelineExecutionSummaries: page.items.map((row) => ({
      PipelineExecutionArn: row.arn,
      StartTime: new Date(row.created_at),
      PipelineExecutionStatus: row.status as PipelineState['status'],
      PipelineExecutionDescription: row.description ?? undefined,
      PipelineExecutionDisplayName: row.display_name,
      PipelineExecutionFailureReason: row.failure_reason ?? undefined,
    })),
    NextToken: page.next,
  };
}
