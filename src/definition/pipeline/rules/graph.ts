/** The rule about the whole graph. */
import { quoteList, type Report } from '../problems.ts';
import type { Survey } from '../survey.ts';

/** Reports each cycle at its first member, in the order in which the steps wait for one another. */
export function reportCycles(survey: Survey, cycles: readonly (readonly number[])[], report: Report): void {
  for (const cycle of cycles) {
    const steps = cycle.map((index) => survey.steps[index]!);
    const [first] = steps;
    if (!first) continue;
    const message = () =>
      steps.length === 1
        ? `Step '${first.name}' waits for itself.`
        : `Steps ${quoteList(steps.map((step) => step.name))} wait for one another in a circle: '${steps[0]?.name}' ` +
          `waits for '${steps[1]?.name}', and so on back to '${steps[0]?.name}'. Remove one of these dependencies.`;
    report(first.place, 'cycle', message);
  }
}
