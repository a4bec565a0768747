/**
 * An execution's history as GetExecutionHistory answers it, out of the outcomes that the engine keeps.
 *
 * R1. Payloads are written there as the JSON that they are; here they become the texts that the API has.
 */
import type { HistoryEvent, HistoryEventType } from '@aws-sdk/client-sfn';
import type { Json, JsonObject } from '../../../definition/asl/scope.ts';

/** `[type, previousEventId, details?]` */
type Written = [type: string, previous: number, details?: JsonObject];

/** Members that hold data: as text, each beside a `…Details` where the API has one. */
const DATA = { input: true, output: true, parameters: false } as const;

export type Reading = {
  /** The execution's input as it was given: the text, not only the value. */
  input: string;
  includeData: boolean;
};

/** @param id of the outcome's first event */
export function readOutcome(outcome: string, id: number, at: number, reading: Reading): HistoryEvent[] {
  return (JSON.parse(outcome) as Written[]).map((written, index) => readEvent(written, id + index, at, reading));
}

/** How many events an outcome has. */
export function countEvents(outcome: string): number {
  return (JSON.parse(outcome) as unknown[]).length;
}

function readEvent([type, previous, details]: Written, id: number, at: number, reading: Reading): HistoryEvent {
  const event = { timestamp: new Date(at), type: type as HistoryEventType, id, previousEventId: previous };
  if (details === undefined) return event;
  const read = readDetails(details, reading.includeData);
  if (type === 'ExecutionStarted' && reading.includeData) read['input'] = reading.input;
  return { ...event, [detailsMember(type)]: read };
}

/** @example detailsMember('PassStateEntered') // 'stateEnteredEventDetails' */
function detailsMember(type: string): string {
  const state = /State(Entered|Exited)$/.exec(type);
  if (state) return `state${state[1]}EventDetails`;
  return `${type[0]!.toLowerCase()}${type.slice(1)}EventDetails`;
}

function readDetails(details: JsonObject, includeData: boolean): Record<string, unknown> {
  const read: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(details)) {
    if (name === 'assignedVariables') {
      if (includeData) readAssigned(read, value as JsonObject);
    } else if (!Object.hasOwn(DATA, name)) read[name] = value;
    else if (includeData) {
      read[name] = JSON.stringify(value);
      if (DATA[name as keyof typeof DATA]) read[`${name}Details`] = { truncated: false };
    }
  }
  return read;
}

function readAssigned(read: Record<string, unknown>, values: JsonObject): void {
  read['assignedVariables'] = Object.fromEntries(
    Object.entries(values).map(([name, value]: [string, Json]) => [name, JSON.stringify(value)]),
  );
  read['assignedVariablesDetails'] = { truncated: false };
}
