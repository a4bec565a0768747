/** What a condition compared, and how that came out. */
import { conditionText, operandsOf } from '../../../../src/definition/pipeline/conditionText.ts';
import { isExpression } from '../../../../src/definition/pipeline/resolveInPart.ts';
import type { Condition, Expression, Json } from '../../../../src/definition/pipeline/types.ts';
import type { OverviewProps } from './described.ts';

export function StepConditions({ execution: { read }, step, described }: OverviewProps) {
  const planned = read && 'plan' in read ? read.plan.steps[read.plan.byName.get(step.StepName) ?? -1]?.step : undefined;
  if (planned?.Type !== 'Condition') return null;
  const texts = conditionsInWords(planned.Arguments.Conditions, described.Arguments);
  return (
    <div>
      <h3 className="step-heading">
        {step.Outcome === undefined ? 'Will be decided by' : step.Outcome === 'True' ? 'Holds' : 'Does not hold'}
      </h3>
      <ul className="step-conditions">
        {texts.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
    </div>
  );
}

/** @param resolved the step's arguments, as the server answers them: values where there are any */
export function conditionsInWords(conditions: readonly Condition[], resolved: Json): string[] {
  const values = (resolved as { Conditions?: Condition[] }).Conditions ?? [];
  return conditions.map((condition, index) => {
    const counterpart = values[index];
    const worth = counterpart ? operandsOf(counterpart).map(valueOrNothing) : [];
    return conditionText(condition, worth);
  });
}

const valueOrNothing = (value: Expression): Json | undefined => (isExpression(value) ? undefined : (value as Json));
