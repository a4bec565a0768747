import { describe, expect, it } from 'vitest';
import { compileMachine } from '../../../definition/asl/parse/index.ts';
import type { Json, JsonObject } from '../../../definition/asl/scope.ts';
import type { KernelEvent } from '../../language.ts';
import type { MachineEvent } from '../events.ts';
import { machineLanguage } from '../language.ts';
import type { MachineInput } from '../state.ts';
import { selectItem } from './distributed.ts';

const SEED = '0123456789abcdef0123456789abcdef';
const PLACE = 'us-east-1:111111111111';
const PROCESSOR = {
  ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
  StartAt: 'P',
  States: { P: { Type: 'Pass', End: true } },
};

/** An execution of one distributed Map, over the events that are given to it. */
function execution(fields: JsonObject, input: Json = [1, 2]) {
  const map = { Type: 'Map', ItemProcessor: PROCESSOR, Label: 'L', ...fields, End: true };
  const compiled = compileMachine(JSON.stringify({ StartAt: 'Map', States: { Map: map } }), 'STANDARD');
  if (!compiled.ok) throw new Error(JSON.stringify(compiled));
  const language = machineLanguage(() => compiled.machine);
  const begun: MachineInput = {
    ...{ executionArn: `arn:aws:states:${PLACE}:execution:M:E`, executionName: 'E', stateMachineName: 'M' },
    ...{ stateMachineArn: `arn:aws:states:${PLACE}:stateMachine:M`, roleArn: 'role', type: 'STANDARD' },
    ...{ region: 'us-east-1', account: '111111111111', definition: '1', input: JSON.stringify(input) },
  };
  const state = language.begin(begun);
  const events: [type: string, previous: number, details?: JsonObject][] = [];
  const take = (event: MachineEvent | KernelEvent) => {
    const effects = language.apply(state, event, 1_800_000_000_000);
    const outcome = language.outcome?.(state);
    if (outcome !== undefined) events.push(...JSON.parse(outcome.slice(outcome.indexOf('['))));
    return effects;
  };
  const effects = take({ kind: 'started', seed: SEED });
  return { state, take, effects, events, types: () => events.map(([type, previous]) => `${previous} ${type}`) };
}

describe('a distributed Map', () => {
  it('asks for a map run, whose ARN is the same whenever the journal is folded', () => {
    const { effects, types, events } = execution({});
    expect(types()).toEqual(['0 ExecutionStarted', '0 MapStateEntered', '2 MapStateStarted', '3 MapRunStarted']);
    const [task] = effects;
    expect(task).toMatchObject({ kind: 'task', task: '0.0', body: { kind: 'map-run', thread: 0 } });
    const arn = events[3]![2]!['mapRunArn'];
    expect(arn).toMatch(/^arn:aws:states:us-east-1:111111111111:mapRun:M\/L:[0-9a-f-]{36}$/);
    expect(execution({}).events[3]![2]).toEqual({ mapRunArn: arn });
  });

  it('is left after the start of the map run, as AWS links its events', () => {
    const { take, types, state } = execution({});
    take({ kind: 'task-succeeded', task: '0.0', output: ['a'] });
    expect(types().slice(4)).toEqual([
      '4 MapRunSucceeded',
      '5 MapStateSucceeded',
      '4 MapStateExited',
      '7 ExecutionSucceeded',
    ]);
    expect([state.status, state.output]).toEqual(['SUCCEEDED', '["a"]']);
  });

  it('evaluates its limits after it has started: AWS fails the execution there', () => {
    const { types, state } = execution(
      { ToleratedFailureCountPath: '$.count', ItemsPath: '$.items' },
      { items: [], count: {} },
    );
    expect(types()).toEqual(['0 ExecutionStarted', '0 MapStateEntered', '2 MapStateStarted', '3 ExecutionFailed']);
    expect(state.failure.error).toBe('States.Runtime');
  });

  it('leaves a MaxItems out of range to the reader, which AWS says fails', () => {
    const ItemReader = {
      Resource: 'arn:aws:states:::s3:getObject',
      Parameters: { Bucket: 'b', Key: 'k' },
      ReaderConfig: { InputType: 'JSON', MaxItemsPath: '$.most' },
    };
    const { state, events } = execution({ ItemReader }, { most: -1 });
    expect(events[2]![2]).toEqual({ length: 0 });
    expect(state.root.mapRun!.plan.reader).toEqual({ arguments: { Bucket: 'b', Key: 'k' }, maxItems: -1 });
  });

  it('gives its map run up with the execution', () => {
    const { take, types } = execution({});
    expect(take({ kind: 'stop-requested' })).toContainEqual({ kind: 'abandon', task: '0.0' });
    // What ends an execution from outside follows no event, and tells of nothing that it ends.
    expect(types().slice(4)).toEqual(['0 ExecutionAborted']);
  });

  it('goes on with the same map run after a redrive, and begins another one for a retry', () => {
    const failure = { kind: 'task-failed', error: 'Broken', cause: 'it is' } as const;
    const redriven = execution({});
    redriven.take({ ...failure, task: '0.0' });
    expect(redriven.types().slice(4)).toEqual(['4 MapRunFailed', '5 MapStateFailed', '6 ExecutionFailed']);
    const { mapRunArn } = redriven.events[3]![2]!;
    const effects = redriven.take({ kind: 'redriven' });
    expect(effects).toContainEqual({ kind: 'task', task: '0.1', body: { kind: 'map-run', thread: 0, mapRunArn } });
    expect(redriven.events.at(-1)).toEqual(['MapRunRedriven', 6, { mapRunArn, redriveCount: 1 }]);

    const retried = execution({ Retry: [{ ErrorEquals: ['Broken'], IntervalSeconds: 1 }] });
    retried.take({ ...failure, task: '0.0' });
    retried.take({ kind: 'timer', timer: 'retry:0' });
    const [type, , details] = retried.events.at(-1)!;
    expect(type).toBe('MapRunStarted');
    expect(details).not.toEqual({ mapRunArn });
  });

  it('selects an item without touching the chance of the execution', () => {
    const { state } = execution({ ItemSelector: { 'id.$': 'States.UUID()', 'item.$': '$$.Map.Item.Value' } });
    const select = (chance: string) =>
      selectItem(state, state.root, { index: 0, value: 1, source: 'STATE_DATA' }, chance);
    const once = select('first');
    expect(select('first')).toEqual(once);
    expect(select('second')).not.toEqual(once);
    const bytes = new Uint8Array(8);
    state.chance.fill(bytes);
    const other = execution({}).state;
    const same = new Uint8Array(8);
    other.chance.fill(same);
    expect(bytes).toEqual(same);
  });
});
