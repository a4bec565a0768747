/**
 * Carries out the tasks of executions: calls of operations as the machine's role, activities' work, map runs.
 *
 * X1. A call that touches the store alone is made in the transaction that records what it led to: exactly once. One that moves bytes
 *     is made again after a crash, as the same request (integrations N2).
 * X2. What a `.sync` task awaits is written down with the call; its end reaches the task in the transaction that records that end.
 */
import { isStatesError } from '../../../definition/asl/failure.ts';
import type { TaskState } from '../../../definition/asl/types.ts';
import type { Executor, RunView, TaskName, TaskStart } from '../../../engine/language.ts';
import {
  type AnyMachineEvent,
  type MachineEvent,
  type MachineTask,
  startOfTask,
} from '../../../engine/machines/events.ts';
import type { MachineState } from '../../../engine/machines/state.ts';
import { isAwsError } from '../../../protocol/errors.ts';
import type { Call } from '../../../protocol/service.ts';
import type { Answered, Integration, Integrations, Outcome, PlannedCall, TaskFailure } from '../integrations/types.ts';
import type { MapRuns } from '../mapRuns/driver.ts';
import type { MachinePorts } from '../ports.ts';
import { findState } from './definitions.ts';
import type { ExecutionsStore } from './store.ts';

type CallTask = Extract<MachineTask, { kind: 'call' }>;
type Run = RunView<MachineState>;
type Start = TaskStart<MachineEvent>;

export type ExecutorParts = {
  executions: ExecutionsStore;
  integrations: Integrations;
  mapRuns: Pick<MapRuns, 'start' | 'abort'>;
  ports: Pick<MachinePorts, 'callAs' | 'assume' | 'invoke' | 'invokeOutside' | 'movesBytes'>;
  /** Inside the transaction that gives an activity work. */
  activityScheduled(activity: string): void;
  /** Inside the transaction of an event, after it was folded in. */
  observed(run: Run, event: AnyMachineEvent, at: number, outcome: string | undefined): void;
};

export type MachineExecutor = Executor<MachineState, MachineEvent>;

export function createMachineExecutor(parts: ExecutorParts): MachineExecutor {
  const { executions } = parts;
  return {
    start(run, task, given) {
      const body = given as MachineTask;
      switch (body.kind) {
        case 'activity': {
          const { arn, input, token } = body;
          executions.insertActivityTask({ activity: arn, execution: run.key, task, input, token });
          parts.activityScheduled(arn);
          return { kind: 'running' };
        }
        case 'call':
          return startCall(parts, run, task, body);
        case 'map-run':
          parts.mapRuns.start(run, task, body);
          return { kind: 'running' };
      }
    },
    failed: (run, task, body, error) => failedStart(parts, run, task, body as MachineTask, error),
    cancel: (run, task, body) => cancel(parts, run, task, body as MachineTask),
    observed: parts.observed,
  };
}

/** Of a task whose end is recorded, the thread is gone, or in another state: the definition is asked. */
function integrationOf({ integrations }: ExecutorParts, { state }: Run, body: CallTask): Integration {
  const { resource } = findState(state.machine, body.state) as TaskState;
  if (resource.kind === 'activity') throw new Error(`${resource.arn} is no call.`);
  return integrations.resolve(resource);
}

const sessionOf = ({ state: { input } }: Run): string => input.executionName.slice(0, 64);

function machineCall({ ports }: ExecutorParts, run: Run): Call {
  const { roleArn, region } = run.state.input;
  return ports.callAs(roleArn, region, sessionOf(run));
}

/** As the role of the task's Credentials, which the machine's must be allowed to assume; else as the machine's. @throws AccessDenied */
function callFor(parts: ExecutorParts, run: Run, { credentials }: CallTask): Call {
  const call = machineCall(parts, run);
  const role = credentials?.['RoleArn'];
  return typeof role === 'string' ? parts.ports.assume(call, role, sessionOf(run)) : call;
}

function startCall(parts: ExecutorParts, run: Run, task: TaskName, body: CallTask): Start {
  const { ports, executions } = parts;
  const thread = run.state.threads.get(body.thread)!;
  const integration = integrationOf(parts, run, body);
  const attempt = { execution: run.key, entered: thread.entered, start: startOfTask(task) };
  const field = thread.state.flow.language === 'JSONata' ? 'Arguments' : 'Parameters';
  const planned = integration.prepare(body.arguments, attempt, field);
  const call = callFor(parts, run, body);
  if (ports.movesBytes(planned)) {
    return { kind: 'outside', work: () => callOutside(parts, integration, planned, call, task), goesOn: isSubmission };
  }
  const answered = integration.answered(planned, ports.invoke(planned, call), factsOf(call));
  if (answered.kind === 'over') return { kind: 'finished', event: endOf(task, answered.outcome) };
  if (answered.awaits) executions.insertAwaited({ ...answered.awaits, execution: run.key, task });
  return { kind: 'running', event: { kind: 'task-submitted', task, output: answered.output } };
}

async function callOutside(
  { ports }: ExecutorParts,
  integration: Integration,
  planned: PlannedCall,
  call: Call,
  task: TaskName,
): Promise<MachineEvent> {
  try {
    const answer = await integration.collect(await ports.invokeOutside(planned, call));
    return outsideEnd(task, integration.answered(planned, answer, factsOf(call)));
  } catch (error) {
    return failure(task, integration, error, call.requestId);
  }
}

function outsideEnd(task: TaskName, answered: Answered): MachineEvent {
  return answered.kind === 'over'
    ? endOf(task, answered.outcome)
    : { kind: 'task-submitted', task, output: answered.output };
}

/** Whoever has the token ends the task: nothing that moves bytes begins a job. */
const isSubmission = ({ kind }: MachineEvent): boolean => kind === 'task-submitted';

export const factsOf = ({ requestId, now }: Call) => ({ requestId, at: now });

export function endOf(task: TaskName, outcome: Outcome): MachineEvent {
  return outcome.ok
    ? { kind: 'task-succeeded', task, output: outcome.output }
    : { kind: 'task-failed', task, ...outcome.failure };
}

function failedStart(parts: ExecutorParts, run: Run, task: TaskName, body: MachineTask, error: unknown): MachineEvent {
  const integration = body.kind === 'call' && isAwsError(error) ? integrationOf(parts, run, body) : undefined;
  return failure(task, integration, error, machineCall(parts, run).requestId);
}

function failure(
  task: TaskName,
  integration: Integration | undefined,
  error: unknown,
  requestId: string,
): MachineEvent {
  return { kind: 'task-failed', task, ...failureOf(integration, error, requestId) };
}

/** What a call that was refused, or could not be made, is to the state. */
export function failureOf(integration: Integration | undefined, error: unknown, requestId: string): TaskFailure {
  if (isStatesError(error)) return { error: error.failure.error, cause: error.failure.cause };
  if (integration && isAwsError(error)) return integration.failed(error, requestId);
  return { error: 'States.TaskFailed', cause: (error as Error).message };
}

function cancel(parts: ExecutorParts, run: Run, task: TaskName, body: MachineTask): void {
  const { executions, ports } = parts;
  if (body.kind === 'activity') return void executions.dropActivityTask({ execution: run.key, task });
  if (body.kind === 'map-run') return parts.mapRuns.abort(body);
  const awaited = executions.awaitedBy({ execution: run.key, task });
  if (!awaited) return;
  executions.removeAwaited({ execution: run.key, task });
  const stop = integrationOf(parts, run, body).stop(awaited);
  if (!stop) return;
  try {
    ports.invoke(stop, callFor(parts, run, body));
  } catch (error) {
    // It has ended meanwhile, or the role may begin and not stop it: it goes on to its own end.
    if (!isAwsError(error)) throw error;
  }
}
