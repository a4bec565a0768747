/**
 * State machines: states put together into one document of the Amazon States Language.
 *
 * M1. A machine that `stateMachine` returned compiles: its document passes every rule that CreateStateMachine has.
 * M2. Of JSONata unless it says otherwise. In a machine of JSONPath the states of the functions say that they are of JSONata, and
 *     those of JSONPath are written by hand (`raw`).
 *
 * Mirrors https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html
 */
import type { JsonObject } from '../../definition/asl/scope.ts';
import type { MachineType, QueryLanguage } from '../../definition/asl/types.ts';
import { mistake, must } from '../mistake.ts';
import type { Uploads } from '../pipeline.ts';
import type { Ref } from '../references.ts';
import { type RoleLike, roleArn } from '../roles.ts';
import { type Context, settle } from '../scope.ts';
import type { Shape } from '../steps/propertyFile.ts';
import { checkDefinition, checkVariables } from './check.ts';
import { type Duration, secondsOf } from './duration.ts';
import type { Writing } from './expression.ts';
import { type Kit, kitOf } from './kit.ts';
import { type Definition, readDefinition, type Substitutions, substitute } from './rawDefinition.ts';
import { type States, writeBranch } from './state.ts';

/** What a machine's executions write to CloudWatch Logs. */
export type MachineLogging = {
  level: 'ALL' | 'ERROR' | 'FATAL';
  /** @example '/aws/vendedlogs/states/titanic-training' */
  logGroup: string;
  /** Whether inputs and outputs are written too. @default false */
  includeExecutionData?: boolean;
};

type Common<I> = {
  /** Letters, digits, hyphens and underscores; at most 80. */
  name: string;
  /** STANDARD machines are durable and may wait for jobs; EXPRESS ones are quick and end within five minutes. @default 'STANDARD' */
  type?: MachineType;
  /** Whom the machine acts as. */
  role: Exclude<RoleLike, Ref<string>>;
  /** @default none */
  logging?: MachineLogging;
  /** Input of `telar run`, which may name what was uploaded. @default {} */
  startInput?: (uploads: Uploads) => I;
};

type Authored<I, V, K extends string> = Common<I> & {
  comment?: string;
  /** Longer, and an execution ends as TIMED_OUT. @default none */
  timeout?: Duration;
  /** @default 'JSONata' */
  queryLanguage?: QueryLanguage;
  /** The type of an execution's input: `states.context.Execution.Input` has it. */
  input?: Shape<I>;
  /** The types of the variables that states assign and read. */
  variables?: Shape<V>;
  /** The states by their names. An execution begins with the one written first. */
  states: (kit: Kit<I, V>) => States<K>;
  definition?: never;
  substitutions?: never;
};

type ByHand<I> = Common<I> & {
  /** A whole document of the States Language: as an object (a JSON module's), or as text. */
  definition: Definition;
  /** What stands for `${Name}` in the document's texts: what depends on account or region. */
  substitutions?: Substitutions;
  states?: never;
};

export type StateMachineOptions<I, V, K extends string> = Authored<I, V, K> | ByHand<I>;

export type StateMachine = {
  readonly kind: 'stateMachine';
  readonly name: string;
  readonly type: MachineType;
  readonly role: Exclude<RoleLike, Ref<string>>;
  readonly logging?: MachineLogging;
  /** The start's input as StartExecution takes it. */
  readonly startInput: (uploads: Uploads) => string;
  readonly write: (context: Context) => JsonObject;
};

/** Stands in for the account that is not known yet, so that a definition can be checked where it is written. */
const ANYWHERE: Context = { account: '000000000000', region: 'us-east-1' };

/**
 * A state machine.
 *
 * @throws with every problem at once, each with the name of the state that it is in
 * @example
 * export const training = stateMachine({
 *   name: 'titanic-training', role, variables: shapeOf<{ f1: number }>(),
 *   states: ({ task, choice, succeed, fail, variables }) => ({
 *     Evaluate: task(lambda.invoke<{ f1: number }>({ FunctionName: 'EvalMetricsLambda' }), {
 *       assign: (result) => ({ f1: result.Payload.f1 }),
 *       retry: 'transient',
 *       next: 'MetricCheck',
 *     }),
 *     MetricCheck: choice({ choices: [{ condition: jsonata`${variables.f1} >= 0.8`, next: 'Good' }], default: 'Bad' }),
 *     Good: succeed(),
 *     Bad: fail({ error: 'TooWeak' }),
 *   }),
 * });
 */
export function stateMachine<I = unknown, V = Record<never, never>, K extends string = string>(
  options: StateMachineOptions<I, V, K>,
): StateMachine {
  const { name, type = 'STANDARD', role, logging, startInput } = options;
  const subject = `machine '${name}'`;
  must(
    /^[\w-]{1,80}$/.test(name),
    subject,
    'the name may hold letters, digits, hyphens and underscores only, at most 80',
  );
  mustBeOfStates(subject, role);
  const machine: StateMachine = {
    kind: 'stateMachine',
    name,
    type,
    role,
    ...(logging && { logging }),
    startInput: (uploads) => JSON.stringify(startInput?.(uploads) ?? {}),
    write: options.states ? authored(subject, options) : byHand(subject, options),
  };
  const document = machine.write(ANYWHERE);
  const references = checkDefinition(machine, document);
  if (options.states) checkVariables(name, document, references);
  return machine;
}

/**
 * The machine's document for an account and region, as CreateStateMachine takes it once written as JSON.
 *
 * @throws with every problem at once
 * @example JSON.stringify(machineDefinition(training, { account: '123456789012', region: 'eu-west-1' }))
 */
export function machineDefinition(machine: StateMachine, context: Context): JsonObject {
  const document = machine.write(context);
  checkDefinition(machine, document);
  return document;
}

/** The ARN of the machine's role. */
export function machineRoleArn({ name, role }: StateMachine, context: Context): string {
  return settle(roleArn(`machine '${name}'`, role), context) as string;
}

function authored<I, V, K extends string>(machine: string, options: Authored<I, V, K>): StateMachine['write'] {
  const { comment, timeout, queryLanguage: language = 'JSONata' } = options;
  const states = options.states(kitOf<I, V>());
  return (context) => {
    const writing: Writing = { ...context, language, machine, subject: machine };
    const seconds = secondsOf('timeout', timeout, writing);
    return {
      ...(comment !== undefined && { Comment: comment }),
      QueryLanguage: language,
      ...(seconds !== undefined && { TimeoutSeconds: seconds }),
      ...writeBranch(states, writing),
    };
  };
}

function byHand(machine: string, { definition, substitutions = {} }: ByHand<unknown>): StateMachine['write'] {
  const document = readDefinition(machine, definition);
  return (context) => substitute(machine, document, substitutions, context);
}

/** A role of the project must be one that Step Functions may assume; of another's ARN nothing is known. */
function mustBeOfStates(subject: string, role: StateMachine['role']): void {
  if (typeof role === 'string' || role.service === 'states.amazonaws.com') return;
  throw mistake(
    subject,
    `role '${role.name}' may be assumed by ${role.service} only: give its defineRole the service 'states.amazonaws.com'`,
  );
}
