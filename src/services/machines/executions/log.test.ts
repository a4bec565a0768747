import { describe, expect, it } from 'vitest';
import type { MachineState } from '../../../engine/machines/state.ts';
import { LARGEST_LOGGED, logOf, logOutcome } from './log.ts';

const GROUP = 'arn:aws:logs:us-east-1:111111111111:log-group:/states/log:*';
const destinations = [{ cloudWatchLogsLogGroup: { logGroupArn: GROUP } }];
const of = (level: string, more = {}) => logOf({ logging: JSON.stringify({ level, destinations, ...more }) });

/** What an execution logs of events, each `[type, previousEventId, details?]`. */
function logged(level: 'ALL' | 'ERROR' | 'FATAL', events: unknown[][], data = true) {
  const input = {
    ...{ executionArn: 'arn', stateMachineArn: 'm', stateMachineName: 'm', region: 'us-east-1', input: '{"a": 1}' },
    log: { level, data, group: '/states/log' },
  };
  const state = { input, redrives: 2, startedAt: Date.UTC(2026, 10, 27, 8, 15, 30) } as unknown as MachineState;
  const lines: { group: string; stream: string; at: number; message: Record<string, unknown> }[] = [];
  const ports = {
    log(_region: string, group: string, stream: string, all: readonly { at: number; message: string }[]) {
      for (const { at, message } of all) lines.push({ group, stream, at, message: JSON.parse(message) });
    },
  };
  logOutcome(ports, state, { at: 1234, outcome: `7${JSON.stringify(events)}` });
  return lines;
}
const typesOf = (level: 'ALL' | 'ERROR' | 'FATAL', types: string[]) =>
  logged(
    level,
    types.map((type) => [type, 0]),
  ).map(({ message }) => message['type']);

describe('a log', () => {
  it('is configured by the revision; OFF is none', () => {
    expect(of('ALL')).toEqual({ level: 'ALL', data: false, group: '/states/log' });
    expect(of('FATAL', { includeExecutionData: true })).toEqual({ level: 'FATAL', data: true, group: '/states/log' });
    expect([of('OFF'), logOf({ logging: '{"level":"OFF","includeExecutionData":false}' })]).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('has an event as AWS writes it, in a stream of the minute in which the execution began', () => {
    const [line, ...more] = logged('ALL', [['PassStateExited', 6, { name: 'P', output: { b: [1] } }]]);
    expect(more).toEqual([]);
    expect(line).toMatchObject({ group: '/states/log', at: 1234 });
    expect(line!.stream).toMatch(/^states\/m\/2026-11-27-08-15\/[\da-f]{8}$/);
    expect(line!.message).toEqual({
      ...{ id: '7', type: 'PassStateExited', previous_event_id: '6', event_timestamp: '1234' },
      details: { name: 'P', output: '{"b":[1]}', outputDetails: { truncated: false } },
      ...{ execution_arn: 'arn', redrive_count: '2' },
    });
  });

  it('has no data where they are not included', () => {
    const [line] = logged('ALL', [['ExecutionStarted', 0, { inputAsGiven: true, roleArn: 'r' }]], false);
    expect(line!.message['details']).toEqual({ roleArn: 'r' });
  });

  it.each([
    ['ERROR', ['FailStateEntered', 'TaskFailed', 'TaskTimedOut', 'MapIterationAborted', 'ExecutionFailed']],
    ['FATAL', ['ExecutionFailed', 'ExecutionAborted', 'ExecutionTimedOut']],
  ] as const)('of the level %s has %j', (level, types) => {
    const others = ['ExecutionStarted', 'TaskStateEntered', 'TaskScheduled', 'PassStateExited', 'ExecutionSucceeded'];
    expect(typesOf(level, [...others, ...types])).toEqual(types);
    expect(typesOf('FATAL', ['FailStateEntered', 'TaskFailed'])).toEqual([]);
  });

  it.each(['x', '"', '\u{1F600}', '\u0001'])('cuts a payload of %j that is too long, and says so', (character) => {
    const output = character.repeat(LARGEST_LOGGED / character.length);
    const [line] = logged('ALL', [['ExecutionSucceeded', 6, { output }]]);
    const details = line!.message['details'] as { output: string; outputDetails: object };
    expect(details.outputDetails).toEqual({ truncated: true });
    const size = Buffer.byteLength(JSON.stringify(details.output));
    expect(size).toBeLessThanOrEqual(LARGEST_LOGGED);
    expect(size).toBeGreaterThan(LARGEST_LOGGED * 0.9);
    expect(details.output.isWellFormed()).toBe(true);
  });

  it('leaves out variables that no longer fit', () => {
    const assignedVariables = { a: 'x'.repeat(LARGEST_LOGGED - 100), b: 'y'.repeat(1000), c: 'z'.repeat(1000) };
    const [line] = logged('ALL', [['PassStateExited', 6, { name: 'P', output: {}, assignedVariables }]]);
    const details = line!.message['details'] as Record<string, Record<string, unknown>>;
    expect(Object.keys(details['assignedVariables']!)).toEqual(['a']);
    expect(details['assignedVariablesDetails']).toEqual({ truncated: true });
  });
});
