/**
 * Tasks that others end: by a token, which a message or an activity's worker was given.
 *
 * T1. A token ends its task once. Of a task that has ended, or an execution that has, it is no longer good: TaskTimedOut.
 * T2. A worker that asks for work while there is none waits for it, and takes it in the transaction that records that it has it.
 *     Who has hung up meanwhile takes none, and the next one is woken.
 * T3. Who begins to wait after there was work, which its look at the store did not see yet, does not wait.
 */
import { type MachineEvent, threadOfTask } from '../../../engine/machines/events.ts';
import { isTooDeep } from '../../../engine/machines/flow.ts';
import type { MachineState } from '../../../engine/machines/state.ts';
import { readToken } from '../../../engine/machines/states/task.ts';
import type { InputOf, OutputOf, StreamCall } from '../../../protocol/service.ts';
import type { Sdk } from '../context.ts';
import { machineErrors } from '../errors.ts';
import type { ExecutionParts } from './context.ts';

/** How long GetActivityTask waits for work, in milliseconds. As on AWS. */
const POLL = 60_000;

type OfToken = { execution: string; task: string };

/** @throws InvalidToken, TaskTimedOut */
function requireToken({ engine, executions }: ExecutionParts, token: string): OfToken {
  const named = readToken(token);
  const row = named && executions.execution({ arn: named.execution });
  if (!row) throw machineErrors.token();
  // Its machine may be gone, and with it what its journal is folded by.
  if (row.ended_at !== null) throw machineErrors.taskTimedOut();
  const state = engine.state<MachineState>(named.execution);
  const waiting = state?.threads.get(threadOfTask(named.task))?.waiting;
  if (state?.status !== 'RUNNING' || waiting?.kind !== 'task' || waiting.task !== named.task) {
    throw machineErrors.taskTimedOut();
  }
  if (waiting.token !== token) throw machineErrors.token();
  return named;
}

function end(parts: ExecutionParts, token: string, event: (task: string) => MachineEvent): void {
  const { execution, task } = requireToken(parts, token);
  parts.executions.dropActivityTask({ execution, task });
  if (!parts.engine.complete<MachineEvent>(execution, task, event(task))) throw machineErrors.taskTimedOut();
}

/** Of an output that is refused. */
const LONGEST_QUOTE = 1000;

/** @throws InvalidOutput when the output is no JSON, or nested too deeply to go on with */
export function sendTaskSuccess(parts: ExecutionParts, { taskToken, output }: InputOf<Sdk, 'SendTaskSuccess'>): void {
  end(parts, taskToken!, (task) => ({ kind: 'task-succeeded', task, output: requireOutput(output!) }));
}

function requireOutput(text: string) {
  try {
    if (isTooDeep(text)) throw new RangeError();
    return JSON.parse(text);
  } catch {
    throw machineErrors.output(text.slice(0, LONGEST_QUOTE));
  }
}

export function sendTaskFailure(
  parts: ExecutionParts,
  { taskToken, error, cause }: InputOf<Sdk, 'SendTaskFailure'>,
): void {
  end(parts, taskToken!, (task) => ({
    kind: 'task-failed',
    task,
    ...(error === undefined ? undefined : { error }),
    ...(cause === undefined ? undefined : { cause }),
  }));
}

export function sendTaskHeartbeat(parts: ExecutionParts, { taskToken }: InputOf<Sdk, 'SendTaskHeartbeat'>): void {
  const { execution, task } = requireToken(parts, taskToken!);
  parts.engine.append<MachineEvent>(execution, { kind: 'heartbeat', task });
}

/** Workers that wait for an activity's work, the longest first. */
export type Waiters = {
  wait(activity: string, until: number, seen: number): Promise<void>;
  /** How often anyone was woken: `seen` of a wait that follows a look at the store. */
  wakes(): number;
  /** Wakes one. */
  wake(activity: string): void;
  stop(): void;
};

export function createWaiters({ world: { clock } }: Pick<ExecutionParts, 'world'>): Waiters {
  const waiting = new Map<string, Set<() => void>>();
  let wakes = 0;
  return {
    wakes: () => wakes,
    wait: (activity, until, seen) =>
      new Promise((resolve) => {
        if (seen !== wakes) return resolve();
        const all = waiting.get(activity) ?? new Set();
        waiting.set(activity, all);
        const cancel = clock.at(until, go);
        function go(): void {
          cancel();
          all.delete(go);
          if (all.size === 0) waiting.delete(activity);
          resolve();
        }
        all.add(go);
      }),
    wake(activity) {
      wakes += 1;
      const [first] = waiting.get(activity) ?? [];
      first?.();
    },
    stop() {
      for (const all of [...waiting.values()]) for (const go of [...all]) go();
    },
  };
}

export async function getActivityTask(
  parts: ExecutionParts & { waiters: Waiters },
  { activityArn = '', workerName }: InputOf<Sdk, 'GetActivityTask'>,
  call: StreamCall,
  requireActivity: () => void,
): Promise<OutputOf<Sdk, 'GetActivityTask'>> {
  const { world, waiters } = parts;
  const until = world.clock.now() + POLL;
  while (true) {
    const seen = waiters.wakes();
    const taken = await takeOrPassOn();
    if (taken || call.isGone?.()) return taken ?? {};
    if (world.clock.now() >= until) return {};
    await waiters.wait(activityArn, until, seen);
  }

  async function takeOrPassOn(): Promise<OutputOf<Sdk, 'GetActivityTask'> | undefined> {
    let isMine = false;
    try {
      return await call.commit(() => {
        requireActivity();
        isMine = !call.isGone?.();
        return isMine ? takeTask(parts, activityArn, workerName) : undefined;
      });
    } catch (error) {
      isMine = false;
      throw error;
    } finally {
      if (!isMine) waiters.wake(activityArn);
    }
  }
}

function takeTask(
  { executions, engine }: ExecutionParts,
  activity: string,
  workerName: string | undefined,
): OutputOf<Sdk, 'GetActivityTask'> | undefined {
  const next = executions.nextActivityTask({ activity });
  if (!next) return undefined;
  executions.removeActivityTask({ id: next.id });
  engine.append<MachineEvent>(next.execution, {
    kind: 'activity-started',
    task: next.task,
    ...(workerName === undefined ? undefined : { workerName }),
  });
  return { taskToken: next.token, input: next.input };
}
