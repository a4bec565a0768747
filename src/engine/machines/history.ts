/**
 * The history of an execution, as it is written. What a turn has led to is one text: the id of its first event, and the list of
 * its events, each `[type, previousEventId, details?]`; they are numbered in their order. Payloads stand in the details as the JSON
 * that they are, not as text in text.
 *
 * H1. Of a Standard execution the 25,000th event is the last, and it is ExecutionFailed.
 */
import type { Json } from '../../definition/asl/scope.ts';
import type { MachineState, Thread } from './state.ts';

/** https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
export const MOST_EVENTS = 25_000;

const ENDS: ReadonlySet<string> = new Set([
  'ExecutionSucceeded',
  'ExecutionFailed',
  'ExecutionTimedOut',
  'ExecutionAborted',
]);

/** Appends an event; answers its id. Past the limit nothing is appended: `advance` ends the execution then. */
export function record(state: MachineState, type: string, previous: number, details?: string): number {
  if (isFull(state) && !ENDS.has(type)) {
    state.cut = true;
    return state.events;
  }
  state.events += 1;
  state.outcome.push(details === undefined ? `["${type}",${previous}]` : `["${type}",${previous},{${details}}]`);
  return state.events;
}

/** Whether there is room for the event of the end alone. */
export function isFull(state: MachineState): boolean {
  return state.events >= MOST_EVENTS - 1 && state.input.type === 'STANDARD';
}

/** An event of a thread: the thread's next one follows it. */
export function recordOf(state: MachineState, thread: Thread, type: string, details?: string): number {
  thread.previous = record(state, type, thread.previous, details);
  return thread.previous;
}

/**
 * A payload among an event's details. The execution's own input is not written again: the first event has its text as it was given,
 * blanks and all; the others where it has none, since states are given it as JSON that is written anew, as on AWS.
 */
export function payload(state: MachineState, name: 'input' | 'output', text: string): string {
  return text === state.input.input ? `"${name}AsGiven":true` : `"${name}":${text}`;
}

/** A member of an event's details. @example member('name', 'A') // "name":"A" */
export function member(name: string, value: Json | undefined): string {
  return `"${name}":${JSON.stringify(value)}`;
}

/** Members that are there, joined. */
export function members(values: Readonly<Record<string, Json | undefined>>): string {
  let text = '';
  for (const name of Object.keys(values)) {
    const value = values[name];
    if (value !== undefined) text += `${text === '' ? '' : ','}${member(name, value)}`;
  }
  return text;
}
