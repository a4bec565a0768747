/** Where the expressions of an execution find what they name: its parameters, itself, its steps and the documents read. */
import { createHash } from 'node:crypto';
import { resolve, type Scope, type StepResult } from '../../definition/pipeline/resolve.ts';
import type { Expression } from '../../definition/pipeline/types.ts';
import type { PipelineState } from './state.ts';

/**
 * The name of the job that a start of a step makes: `pipelines-<execution id>-<step>-<10 alphanumerics>`, as AWS names it.
 * The last part is derived, not drawn, so that the same start has the same name however often it is folded.
 */
export function jobName(executionId: string, step: string, start: number): string {
  const digest = createHash('sha256').update(`${executionId}\n${step}\n${start}`).digest();
  const suffix = digest.readBigUInt64BE().toString(36).padStart(13, '0').slice(-10);
  return `pipelines-${executionId}-${step.slice(0, 20).replace(/[^A-Za-z0-9-]/g, '-')}-${suffix}`;
}

/**
 * The scope of one start of a step.
 *
 * @param at the time of the event that starts it: Execution.CurrentDateTime
 */
export function scopeOf(state: PipelineState, index: number, start: number, at: number): Scope {
  const { input, plan, steps, documents } = state;
  const job = jobName(input.executionId, plan.steps[index]!.name, start);
  const { parameter, execution } = settled(state);
  return {
    parameter,
    execution: { ...execution, CurrentDateTime: iso(at), TrainingJobName: job, ProcessingJobName: job },
    experiment: experimentOf(state),
    step(name): StepResult | undefined {
      const other = plan.byName.get(name);
      if (other === undefined) return undefined;
      const { result } = steps[other]!;
      const planned = plan.steps[other]!.step;
      if (!result || !('PropertyFiles' in planned) || !planned.PropertyFiles) return result;
      return { ...result, propertyFiles: planned.PropertyFiles };
    },
    document: (uri) => documents.get(uri),
  };
}

/** What is the same for all steps of an execution. */
function settled({ input, startedAt }: PipelineState): Pick<Scope, 'parameter' | 'execution'> {
  return {
    parameter: (name) => (Object.hasOwn(input.parameters, name) ? input.parameters[name] : undefined),
    execution: {
      StartDateTime: iso(startedAt),
      CurrentDateTime: iso(startedAt),
      PipelineName: input.pipelineName,
      PipelineArn: input.pipelineArn,
      PipelineExecutionId: input.executionId,
      PipelineExecutionArn: input.executionArn,
    },
  };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

/** By default SageMaker names both after the pipeline and the execution. A text that cannot be resolved is left to the default. */
function experimentOf(state: PipelineState): ExperimentNames {
  const { definition, input } = state;
  const config = definition.PipelineExperimentConfig;
  const scope: Scope = { ...settled(state), step: () => undefined, document: () => undefined };
  const text = (value: Expression | undefined, otherwise: string) => {
    if (value === undefined) return otherwise;
    const resolved = resolve(value, scope);
    return resolved.ok && typeof resolved.value === 'string' ? resolved.value : otherwise;
  };
  return {
    ExperimentName: text(config?.ExperimentName, nameOf(input.pipelineName)),
    TrialName: text(config?.TrialName, input.executionId),
  };
}

export type ExperimentNames = { ExperimentName: string; TrialName: string };

/** The experiment and trial of an execution's jobs; undefined where the definition wants none. */
export function experimentNames(state: PipelineState): ExperimentNames | undefined {
  return state.definition.PipelineExperimentConfig === null ? undefined : experimentOf(state);
}

/** A pipeline's name may be longer than an experiment's. */
const nameOf = (pipeline: string) => pipeline.slice(0, 120).replace(/-+$/, '');
