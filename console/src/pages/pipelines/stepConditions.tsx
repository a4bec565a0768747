/** What a condition compared, and how that came out. */

import { conditionText, operandsOf } from '../../../../src/definition/pipeline/conditionText.ts';
import { isExpression } from '../../../../src/definition/pipeline/resolveInPart.ts';
import type { Condition, ConditionStep, Expression, Json } from '../../../../src/definition/pipeline/types.ts';
import { useCall } from '../../data/queries.ts';
import { TextButton } from '../../parts/button.tsx';
import type { DescribedStep, OverviewProps } from './described.ts';
import type { Execution } from './useExecution.ts';

/** Of a condition its own; of a step in a branch those of the condition that it hangs on, which say why it ran or did not. */
export function StepConditions({ execution, step, described, onSelect }: OverviewProps) {
  const { plan } = planOf(execution);
  const found = plan?.steps[plan.byName.get(step.StepName) ?? -1];
  if (found?.step.Type === 'Condition') return <Conditions condition={found.step} described={described} />;
  const above = found?.branch && plan?.steps[found.branch.condition]?.step;
  if (above?.Type !== 'Condition') return null;
  return <Above execution={execution} condition={above} side={found!.branch!.side} onSelect={onSelect} />;
}

const planOf = ({ read }: Execution) => (read && 'plan' in read ? read : { plan: undefined });

type AboveProps = Pick<OverviewProps, 'execution' | 'onSelect'> & { condition: ConditionStep; side: 'if' | 'else' };

function Above({ execution, condition, side, onSelect }: AboveProps) {
  const { data } = useCall('telar', 'DescribeExecutionStep', {
    PipelineExecutionArn: execution.arn,
    StepName: condition.Name,
  });
  return (
    <div>
      <p className="step-quiet">
        It stands in the {side} branch of{' '}
        <TextButton onClick={() => onSelect(condition.Name)}>{condition.Name}</TextButton>.
      </p>
      {data && <Conditions condition={condition} described={data} />}
    </div>
  );
}

function Conditions({ condition, described }: { condition: ConditionStep; described: DescribedStep }) {
  const { Outcome } = described;
  const texts = conditionsInWords(condition.Arguments.Conditions, described.Arguments);
  return (
    <div>
      <h3 className="step-heading">
        {Outcome === undefined ? 'Will be decided by' : Outcome === 'True' ? 'Holds' : 'Does not hold'}
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
function conditionsInWords(conditions: readonly Condition[], resolved: Json): string[] {
  const values = (resolved as { Conditions?: Condition[] }).Conditions ?? [];
  return conditions.map((condition, index) => {
    const counterpart = values[index];
    const worth = counterpart ? operandsOf(counterpart).map(valueOrNothing) : [];
    return conditionText(condition, worth);
  });
}

const valueOrNothing = (value: Expression): Json | undefined => (isExpression(value) ? undefined : (value as Json));
