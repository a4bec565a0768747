/**
 * An execution's history as GetExecutionHistory answers it, out of the outcomes that the engine keeps.
 *
 * R1. Payloads are written there as the JSON that they are; here they become the texts that the API has.
 * R2. A page costs what it holds: outcomes outside of it are passed over unread.
 */
import type { HistoryEvent, HistoryEventType } from '@aws-sdk/client-sfn';
import type { Json, JsonObject } from '../../../definition/asl/scope.ts';

/** What a turn of an execution has led to, and when: `12[["PassStateEntered",11,{…}],…]`, where 12 is the first event's id. */
export type Outcome = { at: number; outcome: string };

export type Reading = {
  /** The execution's input as it was given: the text, not only the value. */
  input: string;
  includeData: boolean;
};

/** `[type, previousEventId, details?]` */
type Written = [type: string, previous: number, details?: JsonObject];

/** Members that hold data: as text; `true`: beside a `…Details`. */
const DATA = { input: true, output: true, parameters: false } as const;

/**
 * A page of events.
 *
 * @param after the event that the page before ended with; 0 before the first
 */
export function eventsAfter(
  outcomes: Iterable<Outcome>,
  after: number,
  most: number,
  reading: Reading,
): HistoryEvent[] {
  const page: HistoryEvent[] = [];
  let held: Outcome | undefined;
  for (const next of outcomes) {
    if (held && firstOf(next) > after + 1) take(held);
    held = next;
    if (page.length >= most) break;
  }
  if (held && page.length < most) take(held);
  return page.slice(0, most);

  function take(outcome: Outcome): void {
    for (const event of readOutcome(outcome, reading)) if (event.id! > after) page.push(event);
  }
}

/** A page of events, the newest first. @param before the event that the page before ended with; infinity for the first page */
export function eventsBefore(
  outcomes: Iterable<Outcome>,
  before: number,
  most: number,
  reading: Reading,
): HistoryEvent[] {
  const page: HistoryEvent[] = [];
  const reversed = [...outcomes].reverse();
  for (const outcome of reversed) {
    if (page.length >= most) break;
    if (firstOf(outcome) >= before) continue;
    for (const event of readOutcome(outcome, reading).reverse()) if (event.id! < before) page.push(event);
  }
  return page.slice(0, most);
}

const firstOf = ({ outcome }: Outcome): number => Number.parseInt(outcome, 10);

export function readOutcome({ outcome, at }: Outcome, reading: Reading): HistoryEvent[] {
  const first = Number.parseInt(outcome, 10);
  const events = JSON.parse(outcome.slice(outcome.indexOf('['))) as Written[];
  return events.map((written, index) => readEvent(written, first + index, at, reading));
}

function readEvent([type, previous, details]: Written, id: number, at: number, reading: Reading): HistoryEvent {
  const event = { timestamp: new Date(at), type: type as HistoryEventType, id, previousEventId: previous };
  if (details === undefined) return event;
  return { ...event, [detailsMember(type)]: readDetails(details, reading) };
}

/** @example detailsMember('PassStateEntered') // 'stateEnteredEventDetails' */
function detailsMember(type: string): string {
  const state = /State(Entered|Exited)$/.exec(type);
  if (state) return `state${state[1]}EventDetails`;
  return `${type[0]!.toLowerCase()}${type.slice(1)}EventDetails`;
}

function readDetails(details: JsonObject, { includeData, input }: Reading): Record<string, unknown> {
  const read: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(details)) {
    if (name === 'inputAsGiven' || name === 'outputAsGiven') {
      if (includeData) readData(read, name === 'inputAsGiven' ? 'input' : 'output', input);
      continue;
    }
    if (name === 'assignedVariables') {
      if (includeData) readAssigned(read, value as JsonObject);
    } else if (!Object.hasOwn(DATA, name)) read[name] = value;
    else if (includeData) readData(read, name as keyof typeof DATA, JSON.stringify(value));
  }
  return read;
}

function readData(read: Record<string, unknown>, name: keyof typeof DATA, text: string): void {
  read[name] = text;
  if (DATA[name]) read[`${name}Details`] = { truncated: false };
}

function readAssigned(read: Record<string, unknown>, values: JsonObject): void {
  read['assignedVariables'] = Object.fromEntries(
    Object.entries(values).map(([name, value]: [string, Json]) => [name, JSON.stringify(value)]),
  );
  read['assignedVariablesDetails'] = { truncated: false };
}
