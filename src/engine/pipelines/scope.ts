/** Where the expressions of an execution find what they name: its parameters, itself, its steps and the documents read. */
import { createHash } from 'node:crypto';
import type { Scope, StepResult } from '../../definition/pipeline/resolve.ts';
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
  return {
    parameter: (name) => (Object.hasOwn(input.parameters, name) ? input.parameters[name] : undefined),
    execution: {
      StartDateTime: iso(state.startedAt),
      CurrentDateTime: iso(at),
      PipelineName: input.pipelineName,
      PipelineArn: input.pipelineArn,
      PipelineExecutionId: input.executionId,
      PipelineExecutionArn: input.executionArn,
      TrainingJobName: job,
      ProcessingJobName: job,
    },
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

function iso(at: number): string {
  return new Date(at).toISOString();
}

/** Names given in PipelineExperimentConfig as plain text; by default SageMaker names both after the pipeline and the execution. */
function experimentOf({ definition, input }: PipelineState): Record<string, string> {
  const config = definition.PipelineExperimentConfig;
  const text = (value: unknown, otherwise: string) => (typeof value === 'string' ? value : otherwise);
  return {
    ExperimentName: text(config?.ExperimentName, input.pipelineName),
    TrialName: text(config?.TrialName, input.executionId),
  };
}
