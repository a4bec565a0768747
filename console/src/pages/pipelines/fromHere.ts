/** Going on from a step: it and all that follows it run again, what is before it is taken over from the execution. */
import type { Plan } from '../../../../src/definition/pipeline/plan.ts';
import { selectSteps } from '../../../../src/definition/pipeline/selective.ts';
import type { ExecutionStep } from '../../../../src/services/telar/api.ts';

export type FromHere = {
  step: string;
  /** The execution whose results are taken over. */
  source: string;
  run: readonly string[];
  reused: readonly string[];
};

/**
 * The selection, or a sentence about why there is none: the same rules as the server's decide.
 *
 * @param steps what has become of the steps of the execution `source`
 */
export function fromHere(plan: Plan, step: string, source: string, steps: readonly ExecutionStep[]): FromHere | string {
  const first = plan.byName.get(step);
  if (first === undefined) return `The pipeline has no step ${step} any more.`;
  const following = new Set([first]);
  // Steps stand after all that they wait for: one pass finds all that follow.
  for (const { index, upstream } of plan.steps)
    if (upstream.some((before) => following.has(before))) following.add(index);
  const nameOf = (index: number) => plan.steps[index]!.name;
  const run = [...following].map(nameOf);
  const selection = selectSteps(plan, { SelectedSteps: run.map((StepName) => ({ StepName })) });
  if ('problems' in selection) return selection.problems.map(({ message }) => message).join(' ');
  const reused = selection.reused.map(nameOf);
  const succeeded = new Set(
    steps.filter(({ StepStatus }) => StepStatus === 'Succeeded').map(({ StepName }) => StepName),
  );
  const lacking = reused.find((name) => !succeeded.has(name));
  if (lacking !== undefined) return `${lacking} comes before it, and has not succeeded in this execution.`;
  return { step, source, run, reused };
}
