/**
 * Task: something outside the execution is asked, and answers. Its events are named by what is asked: a function, an activity, or
 * an integration.
 */
import type { Json, JsonObject } from '../../../definition/asl/scope.ts';
import type { TaskResource, TaskState } from '../../../definition/asl/types.ts';
import { type MachineTask, taskName } from '../events.ts';
import { abandonTask, clearTaskTimers, setTimer, threadFailed } from '../failing.ts';
import { argumentsOf, effectiveInput, evaluate, withinLimit, written } from '../flow.ts';
import { member, members, recordOf } from '../history.ts';
import { resume } from '../progress.ts';
import type { Failure, MachineState, Thread } from '../state.ts';

/** How AWS names a kind's events, and whether their details say which resource it was. */
const EVENTS = { lambda: 'LambdaFunction', activity: 'Activity', integration: 'Task' } as const;

export function startTask(state: MachineState, thread: Thread, task: TaskState): void {
  const { resource } = task;
  const input = effectiveInput(state, thread);
  const token = hasToken(resource) ? newToken(state, thread) : undefined;
  const seen = token === undefined ? {} : { token };
  const given = argumentsOf(state, thread, input, seen);
  const timeout = task.timeout && evaluate(state, thread, task.timeout, input);
  const heartbeat = task.heartbeat && evaluate(state, thread, task.heartbeat, input);
  const credentials = task.credentials && evaluate(state, thread, task.credentials, input);
  const text = withinLimit(written(given), task.name);
  recordScheduled(state, thread, resource, text, { timeout, heartbeat, credentials });
  const name = taskName(thread.id, thread.starts);
  state.effects.push({ kind: 'task', task: name, body: bodyOf() });
  thread.starts += 1;
  thread.waiting = {
    kind: 'task',
    task: name,
    ...(token === undefined ? undefined : { token }),
    ...(timeout === undefined ? undefined : { timeout }),
    ...(heartbeat === undefined ? undefined : { heartbeat }),
  };
  if (timeout !== undefined) setTimer(state, thread, 'timeout', timeout * 1000);
  // An activity's heart beats from the moment that a worker has it.
  if (heartbeat !== undefined && resource.kind !== 'activity') setTimer(state, thread, 'heartbeat', heartbeat * 1000);
  if (resource.kind !== 'activity') state.starting.push(thread);

  function bodyOf(): MachineTask {
    if (resource.kind === 'activity') return { kind: 'activity', arn: resource.arn, input: text, token: token! };
    return {
      kind: 'call',
      state: task.name,
      thread: thread.id,
      arguments: given,
      ...(credentials === undefined ? undefined : { credentials }),
      ...(token === undefined ? undefined : { token }),
    };
  }
}

export function hasToken(resource: TaskResource): boolean {
  return resource.kind === 'activity' || (resource.kind === 'integration' && resource.pattern === 'waitForTaskToken');
}

/** Says which task it is of, and cannot be guessed. */
export function newToken(state: MachineState, thread: Thread): string {
  const secret = new Uint8Array(24);
  state.chance.fill(secret);
  const names = `${state.input.executionArn}\n${taskName(thread.id, thread.starts)}\n`;
  return Buffer.concat([Buffer.from(names), secret]).toString('base64');
}

/** The execution and the task that a token is of; undefined when it is none. Whether it is theirs, their state says. */
export function readToken(token: string): { execution: string; task: string } | undefined {
  const [execution, task, ...rest] = Buffer.from(token, 'base64').toString('latin1').split('\n');
  return execution && task && rest.length > 0 ? { execution, task } : undefined;
}

type Limits = {
  timeout: number | undefined;
  heartbeat: number | undefined;
  credentials: JsonObject | undefined;
};

function recordScheduled(
  state: MachineState,
  thread: Thread,
  resource: TaskResource,
  text: string,
  { timeout, heartbeat, credentials }: Limits,
): void {
  const limits = members({
    timeoutInSeconds: timeout,
    heartbeatInSeconds: heartbeat,
    taskCredentials: credentials && { roleArn: credentials['RoleArn'] ?? null },
  });
  const details =
    resource.kind === 'integration'
      ? `${resourceMembers(resource)},${member('region', state.input.region)},"parameters":${text}`
      : `${member('resource', resource.arn)},"input":${text}`;
  recordOf(state, thread, `${EVENTS[resource.kind]}Scheduled`, limits ? `${details},${limits}` : details);
}

/** `"resource":"sendMessage.waitForTaskToken","resourceType":"sqs"` */
function resourceMembers(resource: Extract<TaskResource, { kind: 'integration' }>): string {
  const pattern = resource.pattern === 'request-response' ? '' : `.${resource.pattern}`;
  return members({
    resource: resource.action + pattern,
    resourceType: resource.sdk ? `aws-sdk:${resource.service}` : resource.service,
  });
}

/** Records that what was scheduled in this turn is started, after all of it was scheduled: as AWS does. */
export function recordStarted(state: MachineState): void {
  for (const thread of state.starting.splice(0)) {
    // It may have been given up since.
    if (thread.state.type !== 'Task' || thread.waiting?.kind !== 'task') continue;
    recordTask(state, thread, thread.state.resource, 'Started');
  }
}

function recordTask(state: MachineState, thread: Thread, resource: TaskResource, what: string, details = ''): void {
  const own = resource.kind === 'integration' ? resourceMembers(resource) : '';
  const all = own && details ? `${own},${details}` : own + details;
  recordOf(state, thread, `${EVENTS[resource.kind]}${what}`, all === '' ? undefined : all);
}

export function activityStarted(state: MachineState, thread: Thread, workerName: string | undefined): void {
  recordOf(state, thread, 'ActivityStarted', members({ workerName }));
  beat(state, thread);
}

/** The task is alive: its heartbeat is awaited anew. */
export function beat(state: MachineState, thread: Thread): void {
  const { waiting } = thread;
  if (waiting?.kind === 'task' && waiting.heartbeat !== undefined) {
    setTimer(state, thread, 'heartbeat', waiting.heartbeat * 1000);
  }
}

export function taskSubmitted(state: MachineState, thread: Thread, output: Json): void {
  recordTask(state, thread, resourceOf(thread), 'Submitted', `"output":${JSON.stringify(output)}`);
}

/** @throws States.DataLimitExceeded */
export function taskSucceeded(state: MachineState, thread: Thread, output: Json): void {
  const resource = resourceOf(thread);
  clearTaskTimers(state, thread);
  let text: string;
  try {
    text = withinLimit(written(output), resource.arn);
  } catch (error) {
    const { failure } = error as { failure: Failure } & Error;
    return taskFailed(state, thread, failure);
  }
  recordTask(state, thread, resource, 'Succeeded', `"output":${text}`);
  resume(state, thread, output);
}

export function taskFailed(state: MachineState, thread: Thread, failure: Failure): void {
  clearTaskTimers(state, thread);
  thread.waiting = undefined;
  recordTask(state, thread, resourceOf(thread), 'Failed', members(failure));
  threadFailed(state, thread, failure);
}

export function taskTimedOut(state: MachineState, thread: Thread, which: 'timeout' | 'heartbeat'): void {
  abandonTask(state, thread);
  const failure = { error: 'States.Timeout' };
  recordTask(state, thread, resourceOf(thread), 'TimedOut', members(failure));
  threadFailed(state, thread, failure, which === 'heartbeat' ? 'States.HeartbeatTimeout' : undefined);
}

function resourceOf(thread: Thread): TaskResource {
  return (thread.state as TaskState).resource;
}
