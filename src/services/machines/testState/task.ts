/**
 * A Task: what it would ask is evaluated; then the mock answers, or, without one, whoever is really asked, as the role.
 *
 * T1. A call is made as the role, with its permissions, and only after the test is on record (`admit`).
 * T2. It is waited for up to TimeoutSeconds, and five minutes at the most: what was asked goes on, and its answer is nobody's.
 */
import type { World } from '../../../base/world.ts';
import type { Json, JsonObject } from '../../../definition/asl/scope.ts';
import type { TaskResource, TaskState } from '../../../definition/asl/types.ts';
import { argumentsOf, effectiveInput, evaluate, withinLimit } from '../../../engine/machines/flow.ts';
import { hasToken, newToken } from '../../../engine/machines/states/task.ts';
import { factsOf, failureOf } from '../executions/executor.ts';
import type { Integrations, Outcome } from '../integrations/types.ts';
import type { MachinePorts } from '../ports.ts';
import { LONGEST } from './limits.ts';
import { leavingShown, left, shownInput, type Worked } from './steps.ts';
import { show, type Test } from './test.ts';

export type CallParts = {
  readonly ports: Pick<MachinePorts, 'callAs' | 'assume' | 'invokeOutside'>;
  readonly integrations: Integrations;
  readonly world: Pick<World, 'clock'>;
  /** Puts the test on record, and checks that the role may be taken. */
  admit(): Promise<void>;
};

/** @throws StatesError */
export async function workTask(parts: CallParts, test: Test, task: TaskState): Promise<Worked> {
  const { asked, state, thread } = test;
  const jsonata = task.flow.language === 'JSONata';
  const input = jsonata ? effectiveInput(state, thread) : shownInput(test);
  const seen = hasToken(task.resource) ? { token: newToken(state, thread) } : {};
  const given = argumentsOf(state, thread, input, seen);
  show(test, jsonata ? 'afterArguments' : 'afterParameters', given);
  const timeout = task.timeout && evaluate(state, thread, task.timeout, input);
  if (task.heartbeat) evaluate(state, thread, task.heartbeat, input);
  const credentials = task.credentials && evaluate(state, thread, task.credentials, input);
  withinLimit(JSON.stringify(given), task.name);
  const { mock } = asked;
  if (mock?.kind === 'error') return { kind: 'failed', failure: mock.failure };
  const milliseconds = Math.min((timeout ?? Number.POSITIVE_INFINITY) * 1000, LONGEST);
  const outcome: Outcome = mock
    ? { ok: true, output: mock.value }
    : await within(parts, milliseconds, call(parts, test, task, given, credentials));
  if (!outcome.ok) return { kind: 'failed', failure: outcome.failure };
  withinLimit(JSON.stringify(outcome.output), task.resource.arn);
  show(test, 'result', outcome.output);
  return left(leavingShown(test, outcome.output), task.next);
}

async function call(
  { ports, integrations, admit }: CallParts,
  { asked, state, thread }: Test,
  { resource, flow }: TaskState,
  given: Json,
  credentials: JsonObject | undefined,
): Promise<Outcome> {
  const integration = integrations.resolve(calledResource(resource));
  const attempt = { execution: state.input.executionArn, entered: 2, start: thread.retryCount };
  const planned = integration.prepare(given, attempt, flow.language === 'JSONata' ? 'Arguments' : 'Parameters');
  await admit();
  const role = credentials?.['RoleArn'];
  const session = state.input.executionName.slice(0, 64);
  let as = ports.callAs(asked.roleArn!, state.input.region, session);
  try {
    if (typeof role === 'string') as = ports.assume(as, role, session);
    const answer = await integration.collect(await ports.invokeOutside(planned, as));
    const answered = integration.answered(planned, answer, factsOf(as));
    return answered.kind === 'over' ? answered.outcome : { ok: true, output: answered.output };
  } catch (error) {
    return { ok: false, failure: failureOf(integration, error, as.requestId) };
  }
}

/** What is asked without a mock: an integration that answers at once (requireRunnable). */
function calledResource(resource: TaskResource): Extract<TaskResource, { kind: 'integration' }> {
  if (resource.kind !== 'integration') throw new Error(`${resource.arn} is refused before it is tested.`);
  return resource;
}

function within({ world: { clock } }: CallParts, milliseconds: number, work: Promise<Outcome>): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const timeout: Outcome = { ok: false, failure: { error: 'States.Timeout', cause: TIMED_OUT } };
    const cancel = clock.at(clock.now() + milliseconds, () => resolve(timeout));
    work.then(resolve, reject).finally(cancel);
  });
}

const TIMED_OUT = 'The task did not answer in time.';
