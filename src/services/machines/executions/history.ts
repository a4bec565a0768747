/**
 * An execution's history as GetExecutionHistory answers it, out of the outcomes that the engine keeps.
 *
 * R1. Payloads are written there as the JSON that they are; here they become the texts that the API has.
 * R2. A page costs what it holds: where it begins is found by halves, and what lies outside of it is not read.
 * R3. A page is of a few MiB at most, and of one turn at least: an event may hold 256 KiB, and a page be asked to have a thousand.
 */
import type { HistoryEvent, HistoryEventType } from '@aws-sdk/client-sfn';
import type { Json, JsonObject } from '../../../definition/asl/scope.ts';

/**
 * What a turn of an execution has led to, and when: `12[["PassStateEntered",11,{…}],…]`, where 12 is the first event's id. Those of an
 * execution are asked for by their index; undefined is one that led to nothing.
 */
export type Outcome = { at: number; outcome: string };
type Outcomes = { length: number; at(index: number): Outcome | undefined };

/** Characters. */
const LARGEST = 4 * 2 ** 20;

export type Reading = {
  /** The execution's input as it was given: the text, not only the value. */
  input: string;
  includeData: boolean;
};

/** `[type, previousEventId, details?]` */
type Written = [type: string, previous: number, details?: JsonObject];

/** Members that hold data: as text; `true`: beside a `…Details`. */
const DATA = { input: true, output: true, parameters: false } as const;

export type EventPage = { events: HistoryEvent[]; more: boolean };

/** A page of events, oldest first. @param after the event that the page before ended with; 0 before the first */
export function eventsAfter(outcomes: Outcomes, after: number, most: number, reading: Reading): EventPage {
  const events: HistoryEvent[] = [];
  let characters = 0;
  for (let index = turnOf(outcomes, after + 1); index < outcomes.length; index += 1) {
    const turn = outcomes.at(index);
    if (!turn) continue;
    if (isFull(events, characters, most)) return { events: events.slice(0, most), more: true };
    characters += turn.outcome.length;
    for (const event of readOutcome(turn, reading)) if (event.id! > after) events.push(event);
  }
  return { events: events.slice(0, most), more: events.length > most };
}

/** A page of events, the newest first. @param before the event that the page before ended with; infinity for the first page */
export function eventsBefore(outcomes: Outcomes, before: number, most: number, reading: Reading): EventPage {
  const events: HistoryEvent[] = [];
  let characters = 0;
  for (let index = turnOf(outcomes, before - 1); index >= 0; index -= 1) {
    const turn = outcomes.at(index);
    if (!turn) continue;
    if (isFull(events, characters, most)) return { events: events.slice(0, most), more: true };
    characters += turn.outcome.length;
    for (const event of readOutcome(turn, reading).reverse()) if (event.id! < before) events.push(event);
  }
  return { events: events.slice(0, most), more: events.length > most };
}

/** Before another turn is taken. */
const isFull = (events: readonly HistoryEvent[], characters: number, most: number): boolean =>
  events.length >= most || (characters >= LARGEST && events.length > 0);

/** The turn that an event is of, found by halves: the last that began with it or before it; 0 where there is none. */
function turnOf(outcomes: Outcomes, id: number): number {
  const told = (index: number) => {
    let at = index;
    while (at > 0 && !outcomes.at(at)) at -= 1;
    return at;
  };
  const begins = (index: number) => {
    const turn = outcomes.at(told(index));
    return turn ? firstOf(turn) : 0;
  };
  let [from, to] = [0, outcomes.length - 1];
  while (from < to) {
    const middle = Math.ceil((from + to) / 2);
    if (begins(middle) <= id) from = middle;
    else to = middle - 1;
  }
  return told(from);
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
