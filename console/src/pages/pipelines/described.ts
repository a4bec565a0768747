/** One step as the server describes it, for all that shows a part of it. */
import type { ExecutionStep } from '../../../../src/services/telar/api.ts';
import type { Output } from '../../data/types.ts';
import type { Execution } from './useExecution.ts';

export type DescribedStep = Output<'telar', 'DescribeExecutionStep'>;

export type OverviewProps = {
  pipeline: string;
  execution: Execution;
  step: ExecutionStep;
  /** Of the execution. */
  status: string;
  described: DescribedStep;
  onSelect: (step: string) => void;
};

/** Of the job that a step began; undefined for steps whose work is none. */
export const jobOf = (arn: string | undefined) => (arn && /:[a-z]+-job\//.test(arn) ? arn : undefined);

/** The name of that job, as its log has it: in its ARN all letters are small. */
export function jobNameOf({ StepType, Properties, JobNames }: DescribedStep): string | undefined {
  // Of a step that the cache answered, the job is another execution's.
  const told = (Properties as { [member: string]: unknown } | undefined)?.[`${StepType}JobName`];
  return typeof told === 'string' ? told : JobNames.at(-1);
}
