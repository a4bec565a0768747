/**
 * The journal of a state machine's execution: what happened to it from outside, and the tasks that it asks for. What follows from
 * an event (states entered and left, choices, iterations) is not journalled as events: it is folded, and kept as the outcome.
 */
import type { Json, JsonObject } from '../../definition/asl/scope.ts';
import type { KernelEvent, TaskName } from '../language.ts';

type OfTask = { task: TaskName };

export type MachineEvent =
  /** `seed`: 32 hexadecimal digits, from which all chance of the execution comes. */
  | { kind: 'started'; seed: string }
  /** A worker took the activity's task up. */
  | ({ kind: 'activity-started'; workerName?: string } & OfTask)
  /** What was asked for goes on outside: a job was made, a message sent with a token. */
  | ({ kind: 'task-submitted'; output: Json } & OfTask)
  | ({ kind: 'task-succeeded'; output: Json } & OfTask)
  /** `scheduling`: the activity or function could not even be asked. */
  | ({ kind: 'task-failed'; error?: string; cause?: string } & OfTask)
  | ({ kind: 'heartbeat' } & OfTask)
  | { kind: 'stop-requested'; error?: string; cause?: string }
  | { kind: 'redriven' };

export type AnyMachineEvent = MachineEvent | KernelEvent;

export type MachineTask =
  | {
      kind: 'call';
      /** The Task state's name: its resource is in the definition. */
      state: string;
      thread: number;
      arguments: Json;
      credentials?: JsonObject;
      /** Of `.waitForTaskToken`. */
      token?: string;
    }
  | { kind: 'activity'; arn: string; input: string; token: string }
  /** What it is to do is in the thread's state. */
  | { kind: 'map-run'; thread: number; mapRunArn: string };

/** Of a thread's task, by how many that thread has started. */
export const taskName = (thread: number, start: number): TaskName => `${thread}.${start}`;
export const startOfTask = (task: TaskName): number => Number(task.slice(task.indexOf('.') + 1));
export const threadOfTask = (task: TaskName): number => Number(task.slice(0, task.indexOf('.')));

/** What a thread may be woken by. A thread has at most one of each. */
export type TimerKind = 'wait' | 'retry' | 'timeout' | 'heartbeat';
export const EXECUTION_TIMEOUT = 'execution';
export const timerName = (kind: TimerKind, thread: number): string => `${kind}:${thread}`;

export function parseTimer(timer: string): { kind: TimerKind; thread: number } | undefined {
  const colon = timer.indexOf(':');
  if (colon < 0) return undefined;
  return { kind: timer.slice(0, colon) as TimerKind, thread: Number(timer.slice(colon + 1)) };
}
