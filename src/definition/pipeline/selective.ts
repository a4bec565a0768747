/**
 * Selective execution: which steps of a plan run, which are taken over from an earlier execution, which are left out.
 *
 * S1. Every step of the plan is in exactly one of the three.
 * S2. What runs depends only on what runs or is reused; nothing reused depends on what runs.
 *
 * https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-selective-ex.html
 */
import { MAX_SELECTED_STEPS } from './limits.ts';
import type { Plan } from './plan.ts';
import { DOCUMENT, inside, type Place, problemList, quoteList, type Report } from './problems.ts';
import { didYouMean } from './suggest.ts';
import type { Problem } from './types.ts';

export type SelectiveExecutionConfig = {
  SourcePipelineExecutionArn?: string;
  SelectedSteps: readonly { StepName: string }[];
};

/** Indexes into the plan's steps, ascending. */
export type Selection = {
  run: number[];
  /** Upstream of what runs, and not selected: their results come from the source execution, which must have them. */
  reused: number[];
  leftOut: number[];
};

/**
 * Divides a plan's steps. Selected steps must be connected with one another, and whatever lies on a path between two of
 * them must be selected too. Where `reused` is not empty an ended source execution is needed.
 *
 * @example selectSteps(plan, { SelectedSteps: [{ StepName: 'TrainModel' }, { StepName: 'ModelEvaluation' }] })
 */
export function selectSteps(plan: Plan, config: SelectiveExecutionConfig): Selection | { problems: Problem[] } {
  const list = problemList();
  const place = inside(inside(DOCUMENT, 'SelectiveExecutionConfig'), 'SelectedSteps');
  const selected = selectedIndexes(plan, config.SelectedSteps, place, list.report);
  const reach = reachOf(plan, selected);
  reportGaps(plan, selected, reach, place, list.report);
  reportIslands(plan, selected, place, list.report);
  const problems = list.problems();
  if (problems.length > 0) return { problems };
  const division: Selection = { run: [], reused: [], leftOut: [] };
  for (const { index } of plan.steps) {
    if (selected.has(index)) division.run.push(index);
    else (reach.before[index] === undefined ? division.leftOut : division.reused).push(index);
  }
  return division;
}

function selectedIndexes(
  plan: Plan,
  steps: SelectiveExecutionConfig['SelectedSteps'],
  place: Place,
  report: Report,
): Set<number> {
  if (steps.length < 1 || steps.length > MAX_SELECTED_STEPS) {
    const message = `Between 1 and ${MAX_SELECTED_STEPS} steps can be selected, and these are ${steps.length}.`;
    report(place, 'selected-steps', message);
  }
  const selected = new Set<number>();
  for (const [position, { StepName }] of steps.entries()) {
    const index = plan.byName.get(StepName);
    if (index !== undefined) selected.add(index);
    else {
      const at = inside(inside(place, position), 'StepName');
      const message = () =>
        `The pipeline has no step '${StepName.slice(0, 80)}' to select.${didYouMean(StepName, plan.byName.keys())}`;
      report(at, 'unknown-step', message);
    }
  }
  return selected;
}

/** For each step, a selected step that lies upstream of it, and one that lies downstream. */
type Reach = { after: (number | undefined)[]; before: (number | undefined)[] };

function reachOf(plan: Plan, selected: ReadonlySet<number>): Reach {
  const after: Reach['after'] = plan.steps.map(() => undefined);
  const before: Reach['before'] = plan.steps.map(() => undefined);
  for (const { index, upstream } of plan.steps) {
    for (const other of upstream) after[index] ??= selected.has(other) ? other : after[other];
  }
  for (const { index, downstream } of plan.steps.toReversed()) {
    for (const other of downstream) before[index] ??= selected.has(other) ? other : before[other];
  }
  return { after, before };
}

function reportGaps(plan: Plan, selected: ReadonlySet<number>, reach: Reach, place: Place, report: Report): void {
  const nameOf = (index: number) => plan.steps[index]!.name;
  for (const { index, name } of plan.steps) {
    const [after, before] = [reach.after[index], reach.before[index]];
    if (selected.has(index) || after === undefined || before === undefined) continue;
    const message =
      `Step '${name}' lies between '${nameOf(after)}' and '${nameOf(before)}', which are selected. ` +
      'Select it too: every step on a path between two selected steps must be.';
    report(place, 'selected-steps', message);
  }
}

/** Selected steps form one piece: from any of them the others can be reached over edges, in either direction. */
function reportIslands(plan: Plan, selected: ReadonlySet<number>, place: Place, report: Report): void {
  const [start] = selected;
  if (start === undefined) return;
  const reached = new Set([start]);
  for (const index of reached) {
    const { upstream, downstream } = plan.steps[index]!;
    for (const other of [...upstream, ...downstream]) if (selected.has(other)) reached.add(other);
  }
  const apart = [...selected].filter((index) => !reached.has(index)).map((index) => plan.steps[index]!.name);
  if (apart.length === 0) return;
  const names = quoteList(apart);
  const message = `Selected steps must be connected, and ${names} cannot be reached from '${plan.steps[start]!.name}'.`;
  report(place, 'selected-steps', message);
}
