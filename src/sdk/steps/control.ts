/**
 * Steps that decide: Condition and Fail.
 *
 * Mirrors https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html#step-type-condition
 */
import type { Condition } from '../conditions.ts';
import { must } from '../mistake.ts';
import { type Ref, reference, type Value } from '../references.ts';
import type { Draft } from '../scope.ts';
import { makeStep, type Step, type StepOptions, type StepType } from './step.ts';

/** Steps that may stand in a branch: AWS nests no Condition step. */
export type BranchStep = Step<Exclude<StepType, 'Condition'>>;

export type ConditionStepOptions = StepOptions & {
  /** All must hold. */
  conditions: readonly [Condition, ...Condition[]];
  /** Run when they hold. @default none */
  ifSteps?: readonly BranchStep[];
  /** Run when they do not. @default none: the execution goes on, and succeeds, without */
  elseSteps?: readonly BranchStep[];
};

export type ConditionStep = Step<'Condition'> & {
  readonly ifSteps: readonly BranchStep[];
  readonly elseSteps: readonly BranchStep[];
  /** `true` or `false`, as text. */
  readonly outcome: Ref<string>;
};

/**
 * A step that runs one branch or the other.
 *
 * @throws when a step stands in both branches
 * @example
 * conditionStep({
 *   name: 'QualityGate',
 *   conditions: [greaterThanOrEqualTo(report.get('metrics.accuracy'), parameters.AccuracyThreshold)],
 *   ifSteps: [register],
 * })
 */
export function conditionStep(options: ConditionStepOptions): ConditionStep {
  const { name, conditions, ifSteps = [], elseSteps = [] } = options;
  const twice = ifSteps.find((step) => elseSteps.some((other) => other.name === step.name));
  must(
    twice === undefined,
    `step '${name}'`,
    `step '${twice?.name}' stands in both branches: make it two steps, or put it outside of the condition`,
  );
  const args: Draft = {
    Conditions: conditions,
    IfSteps: ifSteps.map((step) => step.draft),
    ElseSteps: elseSteps.map((step) => step.draft),
  };
  return {
    ...makeStep('Condition', options, args),
    ifSteps,
    elseSteps,
    outcome: reference({ Get: `Steps.${name}.Outcome` }),
  };
}

export type FailStepOptions = StepOptions & {
  /** Becomes the execution's failure reason. */
  message: Value<string>;
};

/**
 * A step that fails the execution. Steps that run already finish first; the execution cannot be retried.
 *
 * @example failStep({ name: 'Refuse', message: join(' ', 'Too few rows in', execution.pipelineName) })
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html#step-type-fail
 */
export function failStep(options: FailStepOptions): Step<'Fail'> {
  return makeStep('Fail', options, { ErrorMessage: options.message });
}
