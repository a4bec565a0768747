/**
 * How threads go on: into a state, out of it, and how a group's children end.
 *
 * P1. A thread is in the ready queue at most once, and only while it waits for nothing.
 * P2. What a step may fail with is thrown: `advance` knows whose step it is.
 */
import type { Json } from '../../definition/asl/scope.ts';
import { evaluate, type Left, withinLimit, written } from './flow.ts';
import { member, payload, record, recordOf } from './history.ts';
import { type Group, type MachineState, newThread, type Pending, type Thread } from './state.ts';
import { assignMeasured, assignment, release } from './variables.ts';

const ENTER: Pending = { kind: 'enter' };
const START: Pending = { kind: 'start' };

export function enterNext(state: MachineState, thread: Thread): void {
  push(state, thread, ENTER);
}

/** @param what as it was given up */
export function takeUp(state: MachineState, thread: Thread, what: Pending): void {
  push(state, thread, what);
}

export function startAgain(state: MachineState, thread: Thread): void {
  push(state, thread, START);
}

export function resume(state: MachineState, thread: Thread, result: Json): void {
  push(state, thread, { kind: 'resume', result });
}

function push(state: MachineState, thread: Thread, what: Pending): void {
  thread.waiting = undefined;
  thread.pending = what;
  state.ready.push(thread);
}

/** The next ready thread; undefined when every thread waits. */
export function takeReady(state: MachineState): Thread | undefined {
  const thread = state.ready[state.readyHead];
  if (thread) {
    state.readyHead += 1;
    return thread;
  }
  state.ready.length = 0;
  state.readyHead = 0;
  return undefined;
}

/** Records that the thread enters its state. */
export function enter(state: MachineState, thread: Thread): void {
  thread.before = thread.previous;
  thread.enteredAt = state.at;
  thread.retries = undefined;
  thread.retryCount = 0;
  thread.inputText ??= written(thread.input);
  const { name, type } = thread.state;
  thread.entered = recordOf(
    state,
    thread,
    `${type}StateEntered`,
    `${member('name', name)},${payload(state, 'input', thread.inputText)}`,
  );
}

/** Records that the thread leaves its state, and goes to the next one, or ends. */
export function leave(state: MachineState, thread: Thread, left: Left, next: string | undefined): void {
  const { name, type } = thread.state;
  const text = left.output === thread.input && thread.inputText !== undefined ? thread.inputText : written(left.output);
  withinLimit(text, name);
  const assigned = left.assigned && assignment(state, thread, left.assigned);
  const variables = assigned?.text ? `,"assignedVariables":{${assigned.text}}` : '';
  recordOf(
    state,
    thread,
    `${type}StateExited`,
    `${member('name', name)},${payload(state, 'output', text)}${variables}`,
  );
  if (assigned) assignMeasured(state, thread, assigned);
  thread.mapRun = undefined;
  thread.input = left.output;
  thread.inputText = text;
  if (next === undefined) return end(state, thread);
  thread.state = thread.branch.states.get(next)!;
  enterNext(state, thread);
}

/** The thread has come to the end of its branch. */
function end(state: MachineState, thread: Thread): void {
  thread.over = true;
  thread.waiting = undefined;
  const { group } = thread;
  // Without its last events it has not come to its end: it was too long.
  if (state.cut) return;
  if (group) return childEnded(state, group, thread);
  record(state, 'ExecutionSucceeded', thread.previous, payload(state, 'output', thread.inputText!));
  state.status = 'SUCCEEDED';
  state.output = thread.inputText;
  state.endedAt = state.at;
  if (state.machine.timeoutSeconds !== undefined) state.effects.push({ kind: 'clearTimer', timer: 'execution' });
  state.effects.push({ kind: 'close' });
}

function childEnded(state: MachineState, group: Group, child: Thread): void {
  const { owner, kind } = group;
  group.results[child.index] = child.input;
  group.running -= 1;
  state.threads.delete(child.id);
  release(state, child);
  group.children[child.index] = undefined;
  let last = child.previous;
  if (kind === 'Map') {
    last = record(state, 'MapIterationSucceeded', child.previous, iteration(owner, child.index));
    if (group.next < group.items.length) return startIteration(state, group, child.previous);
  }
  if (group.running > 0) return;
  record(state, `${kind}StateSucceeded`, last);
  owner.previous = last;
  resume(state, owner, group.results);
}

export function iteration(owner: Thread, index: number): string {
  return `${member('name', owner.state.name)},"index":${index}`;
}

/** Starts a Map's next iteration; it runs after those that are ready already. @param previous the event that made room for it */
function startIteration(state: MachineState, group: Group, previous: number): void {
  const { owner } = group;
  const map = owner.state;
  if (map.type !== 'Map') return;
  const index = group.next;
  const item = { index, value: group.items[index]! };
  const { itemSelector } = map;
  const input = itemSelector
    ? asStepOf(owner, () => evaluate(state, owner, itemSelector, group.input, { item }))
    : item.value;
  group.next += 1;
  group.running += 1;
  const started = record(state, 'MapIterationStarted', previous, iteration(owner, index));
  const child = newThread(state, group, index, map.processor, input, started, item);
  group.children[index] = child;
  enterNext(state, child);
}

/** As many as there is room for. */
export function startIterations(state: MachineState, group: Group, previous: number): void {
  while (group.running < group.most && group.next < group.items.length) startIteration(state, group, previous);
}

/** Whose step an error belongs to, where it is not the thread that was under way. */
const blamed = new WeakMap<object, Thread>();

function asStepOf<T>(thread: Thread, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Error) blamed.set(error, thread);
    throw error;
  }
}

export function stepOf(error: Error, underWay: Thread): Thread {
  return blamed.get(error) ?? underWay;
}
