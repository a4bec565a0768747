/** What a machine's tasks have begun, told apart by ARN; runs of Glue jobs by their ids. */
import { isGlueRun } from '../execution/glueRuns.ts';
import type { MachineExecution } from './read.ts';

export const isJob = (arn: string): boolean => /:sagemaker:.*-job\//.test(arn) || isGlueRun(arn);
export const isPipelineExecution = (arn: string): boolean => /:sagemaker:.*\/execution\//.test(arn);

/** Each with the state whose task began it, the oldest first. */
export function begunBy({ states }: MachineExecution): { state: string; arn: string }[] {
  return states.flatMap(({ name, began }) => began.map((arn) => ({ state: name, arn })));
}
