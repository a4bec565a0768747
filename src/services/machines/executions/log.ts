/**
 * The log of an execution: its history's events, in the log group that its machine names.
 *
 * L1. Of a Standard execution an event is logged in the transaction that records it: once, and never one that did not happen. Of an
 *     Express execution all are logged at its end.
 * L2. An execution logs as its machine was configured when it began.
 * L3. Nothing about a log fails an execution: a group that is gone takes nothing.
 *
 * https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
 * https://docs.aws.amazon.com/step-functions/latest/dg/cloudwatch-log-level.html
 */
import { createHash } from 'node:crypto';
import type { HistoryEvent } from '@aws-sdk/client-sfn';
import type { ExpressEnd } from '../../../engine/machines/express.ts';
import type { ExecutionLog, MachineState } from '../../../engine/machines/state.ts';
import { type Logging, loggedGroup } from '../configuration.ts';
import type { MachinePorts } from '../ports.ts';
import type { RevisionRow } from '../store.ts';
import { type Outcome, readOutcome } from './history.ts';

/** What every level but OFF has. */
const FATAL = /^Execution(Aborted|Failed|TimedOut)$/;
/** Of the level ERROR: what failed, was aborted or ran out of time, and where an execution decides to fail. */
const ERROR = /(Failed|Aborted|TimedOut)$|^FailStateEntered$/;
const LEVELS = { ALL: /./, ERROR, FATAL } as const;

/** How an execution of a revision logs; undefined when it does not. */
export function logOf({ logging }: Pick<RevisionRow, 'logging'>): ExecutionLog | undefined {
  const { level, includeExecutionData = false, destinations } = JSON.parse(logging) as Logging;
  const arn = destinations?.[0]?.cloudWatchLogsLogGroup?.logGroupArn;
  if (level === undefined || level === 'OFF' || arn === undefined) return undefined;
  return { level, data: includeExecutionData, group: loggedGroup(arn)! };
}

type Ports = Pick<MachinePorts, 'log'>;

/** Inside a transaction: logs what a turn of an execution has led to. */
export function logOutcome(ports: Ports, state: MachineState, outcome: Outcome): void {
  logAll(ports, state, [outcome]);
}

/** Inside a transaction: logs all of an Express execution. */
export function logExpress(ports: Ports, { state, outcomes }: ExpressEnd): void {
  logAll(ports, state, outcomes);
}

function logAll(ports: Ports, state: MachineState, outcomes: readonly Outcome[]): void {
  const { input } = state;
  const { log } = input;
  if (!log) return;
  const level = LEVELS[log.level];
  const reading = { input: input.input, includeData: log.data };
  const events = outcomes
    .flatMap((outcome) => readOutcome(outcome, reading))
    .filter(({ type }) => level.test(type!))
    .map((event) => ({ at: event.timestamp!.getTime(), message: messageOf(state, event) }));
  if (events.length > 0) ports.log(input.region, log.group, streamOf(state), events);
}

function messageOf({ input, redrives }: MachineState, event: HistoryEvent): string {
  return JSON.stringify({
    id: String(event.id),
    type: event.type,
    details: cut(detailsOf(event)),
    previous_event_id: String(event.previousEventId),
    event_timestamp: String(event.timestamp!.getTime()),
    execution_arn: input.executionArn,
    redrive_count: String(redrives),
  });
}

type Details = Readonly<Record<string, unknown>>;

function detailsOf(event: HistoryEvent): Details {
  const found = Object.entries(event).find(([name]) => name.endsWith('EventDetails'));
  return (found?.[1] ?? {}) as Details;
}

/** In bytes of a payload, written as a text in JSON. */
export const LARGEST_LOGGED = 248 * 1024;

/** Payloads are cut where they are too long for a log, and say so where they can. */
function cut(details: Details): Details {
  const short: Record<string, unknown> = {};
  const truncated: string[] = [];
  for (const [name, value] of Object.entries(details)) {
    short[name] = shortened(value);
    if (short[name] !== value) truncated.push(`${name}Details`);
  }
  for (const name of truncated) if (Object.hasOwn(short, name)) short[name] = { truncated: true };
  return short;
}

function shortened(value: unknown): unknown {
  if (typeof value === 'string') return shortText(value, LARGEST_LOGGED);
  // `assignedVariables`: each a text.
  if (typeof value !== 'object' || value === null) return value;
  if (Buffer.byteLength(JSON.stringify(value)) <= LARGEST_LOGGED) return value;
  let left = LARGEST_LOGGED;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, one]) => {
      const text = shortText(String(one), left);
      left -= written(name) + written(text);
      return left < 0 ? [] : [[name, text]];
    }),
  );
}

const written = (text: string): number => Buffer.byteLength(JSON.stringify(text));

function shortText(text: string, most: number): string {
  // A character is at most six bytes: `\u0001`.
  if (text.length * 6 <= most) return text;
  let short = text;
  for (let size = written(short); size > most; size = written(short)) {
    short = short.slice(0, Math.min(short.length - 1, Math.floor((short.length * most) / size))).toWellFormed();
  }
  return short;
}

/** One stream for the executions of a machine that begin in one minute: `states/NAME/2026-11-27-08-15/1b2c3d4e`. */
function streamOf({ input, startedAt }: MachineState): string {
  const minute = new Date(startedAt).toISOString().slice(0, 16).replace(/[T:]/g, '-');
  const mark = createHash('sha256').update(input.stateMachineArn).digest('hex').slice(0, 8);
  return `states/${input.stateMachineName}/${minute}/${mark}`;
}
