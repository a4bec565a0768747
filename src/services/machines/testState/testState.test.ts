/** What TestState makes of a state, by table: Telar's own services are not asked here, tests/wire does. */

import { describe, expect, it } from 'vitest';
import { testCall } from '../../../../tests/support/operations.ts';
import { systemWorld } from '../../../base/world.ts';
import type { Call } from '../../../protocol/service.ts';
import { integrationsOf, states } from '../integrations/testing.ts';
import { testState } from './index.ts';
import type { TestInput } from './request.ts';

type Asked = Omit<TestInput, 'definition' | 'input' | 'context' | 'mock' | 'stateName'> & {
  input?: unknown;
  context?: unknown;
  result?: unknown;
  error?: string;
};

const ROLE = 'arn:aws:iam::111111111111:role/machines';
const text = (value: unknown) => (value === undefined ? {} : JSON.stringify(value));

function ask(definition: object, { input, context, result, error, ...more }: Asked = {}) {
  const none = () => {
    throw new Error('Nobody is asked in this test.');
  };
  const parts = {
    ports: { callAs: none, assume: none, invokeOutside: none },
    integrations: integrationsOf([states]),
    world: systemWorld,
    admit: async () => undefined,
  };
  const mock =
    result !== undefined
      ? { result: JSON.stringify(result) }
      : error !== undefined
        ? { errorOutput: { error, cause: 'why' } }
        : undefined;
  const request: TestInput = {
    ...{ definition: JSON.stringify(definition), inspectionLevel: 'DEBUG', ...more },
    ...(input === undefined ? undefined : { input: text(input) as string }),
    ...(context === undefined ? undefined : { context: text(context) as string }),
    ...(mock && { mock }),
  };
  return testState(parts, request, testCall({}));
}

const task = { Type: 'Task', Resource: 'arn:aws:states:::states:startExecution', End: true } as const;
const started = { ExecutionArn: 'arn', StartDate: 'today' };
const asks = { ...task, Parameters: { StateMachineArn: 'arn' } };
const inner = { StartAt: 'Each', States: { Each: { Type: 'Pass', End: true } } };
const distributed = { ...inner, ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'EXPRESS' } };
const map = { Type: 'Map', ItemsPath: '$.list', ItemProcessor: inner, End: true };
const reading = (ReaderConfig: object) => ({
  Type: 'Map',
  ItemReader: { Resource: 'arn:aws:states:::s3:getObject', ReaderConfig, Parameters: { Bucket: 'b', Key: 'k' } },
  ItemSelector: { 'row.$': '$$.Map.Item.Value', 'at.$': '$$.Map.Item.Index' },
  ItemProcessor: distributed,
  End: true,
});

describe('a state', () => {
  it('that waits does not wait', async () => {
    const answer = await ask({ Type: 'Wait', Seconds: 99_999, Next: 'Later' }, { input: { a: 1 } });
    expect(answer).toMatchObject({ status: 'SUCCEEDED', output: '{"a":1}', nextState: 'Later' });
    expect(answer.inspectionData).toEqual({ input: '{"a":1}', afterInputPath: '{"a":1}' });
  });

  it('sees variables, and tells them with those that it assigns', async () => {
    const definition = {
      Type: 'Pass',
      QueryLanguage: 'JSONata',
      Output: '{% $x + 1 %}',
      Assign: { y: '{% $x %}' },
      End: true,
    };
    const answer = await ask(definition, { variables: '{"x": 2}' });
    expect(answer).toMatchObject({ output: '3', inspectionData: { variables: '{"x":2,"y":2}' } });
  });

  it('that fails to be evaluated has failed', async () => {
    const answer = await ask({ Type: 'Pass', InputPath: '$.none', End: true });
    expect(answer).toMatchObject({
      status: 'FAILED',
      error: 'States.Runtime',
      cause: expect.stringContaining('$.none'),
    });
    expect(answer.output).toBeUndefined();
  });

  it('of a machine is found however deep in it, whatever its other states ask for', async () => {
    const other = {
      ...task,
      Resource: 'arn:aws:states:::apigateway:invoke',
      Parameters: { ApiEndpoint: 'x', Method: 'GET' },
    };
    const definition = { StartAt: 'Map', States: { Map: { ...map, End: undefined, Next: 'Other' }, Other: other } };
    expect(await ask(definition, { stateName: 'Each' } as Asked)).toMatchObject({ status: 'SUCCEEDED' });
    await expect(ask(definition, { stateName: 'None' } as Asked)).rejects.toMatchObject({
      message: 'State not found in definition',
    });
  });
});

describe('a mocked task', () => {
  it('shows what it would ask, and what becomes of the answer', async () => {
    const definition = {
      ...asks,
      ResultSelector: { 'arn.$': '$.ExecutionArn' },
      ResultPath: '$.run',
      OutputPath: '$.run',
    };
    const { output, inspectionData } = await ask(definition, { result: started });
    expect(output).toBe('{"arn":"arn"}');
    expect(inspectionData).toEqual({
      input: '{}',
      afterInputPath: '{}',
      afterParameters: '{"StateMachineArn":"arn"}',
      result: '{"ExecutionArn":"arn","StartDate":"today"}',
      afterResultSelector: '{"arn":"arn"}',
      afterResultPath: '{"run":{"arn":"arn"}}',
    });
  });

  const retried = { ...asks, Retry: [{ ErrorEquals: ['X'], IntervalSeconds: 2, BackoffRate: 3, MaxAttempts: 2 }] };
  const guarded = { ...retried, Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'Rescue' }] };
  it.each([
    ['is tried again', retried, { error: 'X' }, 'RETRIABLE', { retryIndex: 0, retryBackoffIntervalSeconds: 2 }],
    [
      'is tried again, later each time',
      retried,
      { error: 'X', stateConfiguration: { retrierRetryCount: 1 } },
      'RETRIABLE',
      { retryIndex: 0, retryBackoffIntervalSeconds: 6 },
    ],
    [
      'is not tried for ever',
      retried,
      { error: 'X', stateConfiguration: { retrierRetryCount: 2 } },
      'FAILED',
      { retryIndex: 0 },
    ],
    [
      'is caught when it was tried enough',
      guarded,
      { error: 'X', stateConfiguration: { retrierRetryCount: 2 } },
      'CAUGHT_ERROR',
      { retryIndex: 0, catchIndex: 0 },
    ],
    ['is caught when it is another error', guarded, { error: 'Y' }, 'CAUGHT_ERROR', { catchIndex: 0 }],
    ['fails otherwise', retried, { error: 'Y' }, 'FAILED', undefined],
  ] as const)('that fails %s', async (_, definition, asked, status, errorDetails) => {
    const answer = await ask(definition, { input: { a: 1 }, ...asked });
    expect(answer).toMatchObject({ status, error: asked.error, cause: 'why' });
    expect(answer.inspectionData!.errorDetails).toEqual(errorDetails);
    const caught = {
      nextState: 'Rescue',
      output: JSON.stringify({ a: 1, error: { Error: asked.error, Cause: 'why' } }),
    };
    if (status === 'CAUGHT_ERROR') expect(answer).toMatchObject(caught);
  });

  it('that waits for its token has one', async () => {
    const resource = 'arn:aws:states:::aws-sdk:sqs:sendMessage.waitForTaskToken';
    const definition = { ...task, Resource: resource, Parameters: { 'MessageBody.$': '$$.Task.Token' } };
    const { inspectionData } = await ask(definition, { result: 'whatever' });
    expect(JSON.parse(inspectionData!.afterParameters!).MessageBody).toMatch(/^[\w+/=]{40,}$/);
    const given = await ask(definition, { result: 1, context: { Task: { Token: 'mine' } } });
    expect(given.inspectionData!.afterParameters).toBe('{"MessageBody":"mine"}');
  });
});

describe('a task that is carried out', () => {
  const request: TestInput = { definition: JSON.stringify({ ...asks, TimeoutSeconds: 9 }), roleArn: ROLE };
  const parts = (admit: () => Promise<void>, invokeOutside: () => Promise<object>, clock = systemWorld.clock) => ({
    ports: { callAs: () => testCall({}), assume: (by: Call) => by, invokeOutside },
    ...{ integrations: integrationsOf([states]), world: { ...systemWorld, clock }, admit },
  });

  it('is on record before it asks, and asks nothing when it may not', async () => {
    const order: string[] = [];
    const invoke = async () => {
      order.push('asked');
      return { executionArn: 'arn', startDate: new Date(0) };
    };
    const recorded = async () => void order.push('recorded');
    expect(await testState(parts(recorded, invoke), request, testCall({}))).toMatchObject({ status: 'SUCCEEDED' });
    expect(order).toEqual(['recorded', 'asked']);
    const refused = async () => {
      throw new Error('not this role');
    };
    await expect(testState(parts(refused, invoke), request, testCall({}))).rejects.toThrow('not this role');
    expect(order).toEqual(['recorded', 'asked']);
  });

  it('is not waited for longer than its TimeoutSeconds', async () => {
    const { clock } = systemWorld;
    const waited: number[] = [];
    const hurried = {
      ...clock,
      now: () => 0,
      at: (time: number, work: () => void) => {
        waited.push(time);
        work();
        return () => undefined;
      },
    };
    const never = () => new Promise<object>(() => undefined);
    const answer = await testState(
      parts(async () => undefined, never, hurried),
      request,
      testCall({}),
    );
    expect(answer).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    expect(waited).toEqual([9000]);
  });
});

describe('a mocked map', () => {
  it('shows the input of each iteration', async () => {
    const selecting = { ...map, ItemSelector: { 'value.$': '$$.Map.Item.Value', 'of.$': '$.name' }, MaxConcurrency: 2 };
    const { output, inspectionData } = await ask(selecting, { input: { name: 'n', list: [1, 2] }, result: [3, 4] });
    expect(output).toBe('[3,4]');
    expect(inspectionData).toMatchObject({
      afterItemsPath: '[1,2]',
      afterItemSelector: '[{"value":1,"of":"n"},{"value":2,"of":"n"}]',
      maxConcurrency: 2,
    });
  });

  it.each([
    [{ InputType: 'JSON', ItemsPointer: '/rows' }, '{"rows": [1, 2]}', '[1,2]', '[{"row":1,"at":0},{"row":2,"at":1}]'],
    [{ InputType: 'JSONL' }, '1\n2\n', undefined, '[{"row":1,"at":0},{"row":2,"at":1}]'],
    [
      { InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW' },
      'a,b\n1,2\n',
      undefined,
      '[{"row":{"a":"1","b":"2"},"at":0}]',
    ],
  ])('reads what its reader is said to have read: %j', async (config, mapItemReaderData, pointed, selected) => {
    const { inspectionData } = await ask(reading(config), { result: [], stateConfiguration: { mapItemReaderData } });
    expect(inspectionData!.afterItemsPointer).toBe(pointed);
    expect(inspectionData!.afterItemSelector).toBe(selected);
  });

  it('counts the batches as iterations', async () => {
    const batching = { ...map, ItemProcessor: distributed, ItemBatcher: { MaxItemsPerBatch: 2, BatchInput: { k: 1 } } };
    const input = { list: [1, 2, 3] };
    const { inspectionData } = await ask(batching, { input, result: [] });
    expect(inspectionData!.afterItemBatcher).toBe(
      '[{"BatchInput":{"k":1},"Items":[1,2]},{"BatchInput":{"k":1},"Items":[3]}]',
    );
    const failures = { stateConfiguration: { mapIterationFailureCount: 3 } };
    await expect(ask(batching, { input, result: [], ...failures })).rejects.toMatchObject({
      code: 'ValidationException',
    });
  });

  it('tells inputs no longer than a payload, however many there are', async () => {
    const repeating = { ...map, ItemSelector: { 'all.$': '$' } };
    const answer = await ask(repeating, { input: { list: Array(2000).fill(1) }, result: [] });
    expect(answer.status).toBe('SUCCEEDED');
    expect(answer.inspectionData!.afterItemSelector).toBeUndefined();
  });

  it.each([
    [{ ToleratedFailurePercentage: 50 }, 1, 'SUCCEEDED'],
    [{ ToleratedFailurePercentage: 50 }, 2, 'FAILED'],
    [{ ToleratedFailureCount: 2 }, 2, 'SUCCEEDED'],
    [{ ToleratedFailureCount: 1 }, 2, 'FAILED'],
  ])('with %j and %d failures of 3 has %s', async (tolerated, mapIterationFailureCount, status) => {
    const definition = { ...map, ItemProcessor: distributed, ...tolerated };
    const asked = { input: { list: [1, 2, 3] }, result: [], stateConfiguration: { mapIterationFailureCount } };
    expect(await ask(definition, asked)).toMatchObject({ status });
  });

  it('over what is no list has failed', async () => {
    const answer = await ask(map, { input: { list: 1 }, result: [] });
    expect(answer).toMatchObject({ status: 'FAILED', cause: 'Reference path "$.list" must point to array.' });
  });
});

describe('refused is', () => {
  const pass = { Type: 'Pass', End: true };
  it.each<[string, object, Asked, string]>([
    [
      'a call of what Telar does not serve',
      { ...asks, Resource: 'arn:aws:states:::http:invoke' },
      { roleArn: ROLE },
      'http',
    ],
    ['a task that waits for a job', { ...asks, Resource: `${task.Resource}.sync` }, { roleArn: ROLE }, '.sync'],
    [
      'an activity',
      { Type: 'Task', Resource: 'arn:aws:states:us-east-1:111111111111:activity:a', End: true },
      { roleArn: ROLE },
      'Activity',
    ],
    ['a task without a role', asks, {}, 'RoleArn must be specified'],
    ['a mock that is no answer of the API', asks, { result: {} }, "Required field 'ExecutionArn' is missing"],
    ['a context without a mock', pass, { context: {} }, 'Context'],
    [
      'a context of another kind',
      asks,
      { result: started, context: { State: { RetryCount: '1' } } },
      'State.RetryCount must be a number',
    ],
    [
      'a state that is not in the map',
      map,
      { error: 'X', stateConfiguration: { errorCausedByState: 'Away' } },
      "'Away'",
    ],
    [
      'a count of failures of a task',
      asks,
      { result: started, stateConfiguration: { mapIterationFailureCount: 1 } },
      'MapIterationFailureCount',
    ],
    ['data without a reader', map, { result: [], stateConfiguration: { mapItemReaderData: '[]' } }, 'ItemReader'],
    [
      'data that are no text',
      reading({ InputType: 'PARQUET' }),
      { result: [], stateConfiguration: { mapItemReaderData: 'x' } },
      'Parquet',
    ],
    ['variables that are no object', pass, { variables: '[]' }, 'Variables must be a valid JSON object'],
    ['secrets with a mock', asks, { result: started, revealSecrets: true }, 'RevealSecrets'],
  ])('%s', async (_, definition, asked, message) => {
    await expect(ask(definition, asked)).rejects.toMatchObject({ message: expect.stringContaining(message) });
  });

  it('input that is no JSON, or too large', async () => {
    const pass = { Type: 'Pass', End: true };
    const refused = { code: 'InvalidExecutionInput' };
    await expect(ask(pass, { input: 'x'.repeat(262_145) })).rejects.toMatchObject(refused);
  });
});
