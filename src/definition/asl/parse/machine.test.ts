import { describe, expect, test } from 'vitest';
import { isStatesError, type StatesFailure } from '../failure.ts';
import type { Evaluate, Json, JsonObject, Scope } from '../scope.ts';
import type { Branch } from '../types.ts';
import { checkedMachine, compileMachine, compileState } from './machine.ts';
import { ARN, compiled, GRAPH, machineOf, PASS, referencesIn, stateOf } from './testing.ts';

const NOW = Date.UTC(2026, 10, 27);
const scopeOf = (input: Json): Scope => ({
  input,
  context: () => ({}),
  variables: { get: () => undefined },
  now: NOW,
  random: () => undefined,
});

function outcome<T extends Json>(evaluate: Evaluate<T> | undefined, input: Json = {}): T | StatesFailure | undefined {
  try {
    return evaluate?.(scopeOf(input));
  } catch (error) {
    if (isStatesError(error)) return error.failure;
    throw error;
  }
}

const runtime = (cause: string): StatesFailure => ({ error: 'States.Runtime', cause });
const query = (cause: string, location: string): StatesFailure => ({
  error: 'States.QueryEvaluationError',
  cause,
  location,
});
const JSONATA = { QueryLanguage: 'JSONata' };

describe('a machine', () => {
  test('has its graph, its language and its timeout', () => {
    const machine = compiled(machineOf(PASS, { ...JSONATA, TimeoutSeconds: 60 }));
    expect(machine).toMatchObject({ startAt: 'X', queryLanguage: 'JSONata', timeoutSeconds: 60 });
    expect([...machine.states.values()].map(({ name }) => name)).toEqual(['X']);
    expect(compiled(machineOf(PASS))).not.toHaveProperty('timeoutSeconds');
  });

  test('that was checked before is taken apart as one that is compiled', () => {
    const map = { Type: 'Map', ItemProcessor: { StartAt: 'In', States: { In: PASS } }, Next: 'Y' };
    const text = JSON.stringify({ StartAt: 'X', States: { X: map, Y: PASS }, TimeoutSeconds: 60 });
    const machine = checkedMachine(text, 'STANDARD');
    const whole = compileMachine(text, 'STANDARD');
    const shapeOf = ({ states, ...rest }: Branch): object => ({
      ...rest,
      states: [...states.values()].map((state) =>
        state.type === 'Map' ? { ...state, processor: shapeOf(state.processor) } : state,
      ),
    });
    expect(JSON.stringify(shapeOf(machine))).toBe(JSON.stringify(whole.ok && shapeOf(whole.machine)));
    expect(machine.states.get('Y')).toBe(machine.states.get('Y'));
    expect(machine.states.get('toString')).toBeUndefined();
  });

  test('leaves out what its states do not say', () => {
    expect(stateOf({ Type: 'Pass', End: true })).toEqual({ type: 'Pass', name: 'X', flow: { language: 'JSONPath' } });
    expect(stateOf({ Type: 'Fail' }, JSONATA)).toEqual({ type: 'Fail', name: 'X', flow: { language: 'JSONata' } });
  });

  test('keeps a null path apart from none', () => {
    const { flow } = stateOf({ Type: 'Pass', InputPath: null, ResultPath: null, End: true });
    expect(flow).toEqual({ language: 'JSONPath', inputPath: null, resultPath: null });
  });

  test('does not take a field for one that every object has', () => {
    expect(stateOf({ Type: 'Pass', Result: { toString: 1 }, End: true }).result).toEqual({ toString: 1 });
    expect(stateOf({ Type: 'Wait', Seconds: 1, End: true })).not.toHaveProperty('next');
  });
});

describe('numbers by path', () => {
  const wait = (path: string, input: Json) =>
    outcome(stateOf({ Type: 'Wait', SecondsPath: path, End: true }).until.at, input);

  test('of a wait, in the words that AWS was recorded with', () => {
    expect(wait('$.s', { s: 3 })).toBe(3);
    expect(wait('$.s', { s: '3' })).toBe(3);
    expect(wait('$.s', { s: -1 })).toEqual(runtime('The SecondsPath parameter references a negative value: $.s == -1'));
    expect(wait('$.s', { s: 1.5 })).toEqual(
      runtime('The SecondsPath parameter cannot be parsed as a long value: $.s == 1.5'),
    );
    expect(wait('$.a.s', {})).toEqual(runtime('The SecondsPath parameter does not reference an input value: $.a.s'));
    expect(wait('$.s', { s: 1e12 })).toEqual(runtime('Wait state delay is too long.'));
  });

  const map = (fields: JsonObject, input: Json) => {
    const ProcessorConfig = { Mode: 'DISTRIBUTED', ExecutionType: 'EXPRESS' };
    const state = stateOf({ Type: 'Map', ItemProcessor: { ...GRAPH, ProcessorConfig }, ...fields, End: true });
    const { toleratedFailureCount, toleratedFailurePercentage, itemReader } = state.distributed ?? {};
    return outcome(toleratedFailureCount ?? toleratedFailurePercentage ?? itemReader?.maxItems, input);
  };

  test('of tolerated failures', () => {
    expect(map({ ToleratedFailureCountPath: '$.n' }, { n: '2' })).toBe(2);
    expect(map({ ToleratedFailureCountPath: '$.n' }, { n: {} })).toEqual(
      runtime('The ToleratedFailureCountPath field refers to value "{}" which is not a valid integer: $.n'),
    );
    expect(map({ ToleratedFailurePercentagePath: '$.n' }, { n: 'NoNumber' })).toEqual(
      runtime('The ToleratedFailurePercentagePath field refers to value "NoNumber" which is not a valid float: $.n'),
    );
    expect(map({ ToleratedFailurePercentagePath: '$.n' }, { n: 99.5 })).toBe(99.5);
    expect(map({ ToleratedFailurePercentagePath: '$.n' }, { n: -1 })).toEqual(
      runtime('ToleratedFailurePercentage must be between 0 and 100.'),
    );
  });

  test('of a task, from 1 on', () => {
    const state = stateOf({ Type: 'Task', Resource: ARN, TimeoutSecondsPath: '$.t', HeartbeatSeconds: 5, End: true });
    expect(outcome(state.timeout, { t: 7 })).toBe(7);
    expect(outcome(state.timeout, { t: 0 })).toEqual(runtime('TimeoutSeconds must be between 1 and 99999999.'));
    expect(outcome(state.heartbeat)).toBe(5);
  });
});

describe('numbers by JSONata', () => {
  const task = (TimeoutSeconds: string) =>
    outcome(stateOf({ Type: 'Task', Resource: ARN, TimeoutSeconds, End: true }, JSONATA).timeout, { t: 7 });

  test('are whole and in their range', () => {
    expect(task('{% $states.input.t %}')).toBe(7);
    expect(task('{% "7" %}')).toEqual(
      query(
        `The JSONata expression '"7"' specified for the field 'TimeoutSeconds' returned an unexpected result type. Expected 'number', but was 'string' for value: "7"`,
        'TimeoutSeconds',
      ),
    );
    expect(task('{% 1.5 %}')).toEqual(
      query('The TimeoutSeconds field must be an integer, but was: 1.5', 'TimeoutSeconds'),
    );
    expect(task('{% 0 %}')).toEqual(query('TimeoutSeconds must be between 1 and 99999999.', 'TimeoutSeconds'));
  });
});

describe('instants', () => {
  const path = (value: Json) =>
    outcome(stateOf({ Type: 'Wait', TimestampPath: '$.t', End: true }).until.at, { t: value });

  test('by path', () => {
    expect(path('2026-11-27T00:00:01Z')).toBe(NOW + 1000);
    expect(path('2026-11-27T01:00:00+01:00')).toBe(NOW);
    expect(path('2016-12-05 21:29:29Z')).toEqual(
      runtime(
        'The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: $.t == 2016-12-05 21:29:29Z',
      ),
    );
  });

  test('no further off than 2,147,483,648 seconds', () => {
    expect(path(new Date(NOW + 24_855 * 86_400_000).toISOString())).toBe(NOW + 24_855 * 86_400_000);
    expect(path(new Date(NOW + 24_856 * 86_400_000).toISOString())).toEqual(runtime('Wait state delay is too long.'));
  });

  test('by JSONata', () => {
    const at = (Timestamp: string) => outcome(stateOf({ Type: 'Wait', Timestamp, End: true }, JSONATA).until.at);
    expect(at("{% '2026-11-27T00:00:00Z' %}")).toBe(NOW);
    expect(at('2026-11-27T00:00:00.5Z')).toBe(NOW + 500);
    expect(at("{% '2016-13-05T21:29:29Z' %}")).toEqual(
      query(
        'The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: 2016-13-05T21:29:29Z',
        'Timestamp',
      ),
    );
  });
});

describe('Fail', () => {
  test('gives texts alone', () => {
    const fail = stateOf({ Type: 'Fail', ErrorPath: '$.e', CausePath: "States.Format('{}!', $.e)" });
    expect([outcome(fail.error, { e: 'E' }), outcome(fail.cause, { e: 'E' })]).toEqual(['E', 'E!']);
    expect(outcome(fail.error, { e: 1 })).toEqual(runtime('The ErrorPath field must give a string, but gave: 1'));
  });
});

describe('Task', () => {
  const resource = (Resource: string) => stateOf({ Type: 'Task', Resource, End: true }).resource;

  test.each([
    ['arn:aws:lambda:eu-west-1:111111111111:function:f', { kind: 'lambda' }],
    ['arn:aws:states:eu-west-1:111111111111:activity:a', { kind: 'activity' }],
    [ARN, { kind: 'integration', sdk: false, service: 'lambda', action: 'invoke', pattern: 'request-response' }],
    ['arn:aws:states:::states:startExecution.sync:2', { sdk: false, service: 'states', pattern: 'sync:2' }],
    ['arn:aws:states:::aws-sdk:sfn:sendTaskSuccess', { sdk: true, service: 'sfn', action: 'sendTaskSuccess' }],
    [
      'arn:aws:states:::aws-sdk:s3:getObject.waitForTaskToken',
      { sdk: true, action: 'getObject', pattern: 'waitForTaskToken' },
    ],
  ])('asks for %s', (arn, expected) => {
    expect(resource(arn)).toMatchObject({ arn, ...expected });
  });

  test('retries as AWS does where nothing is said', () => {
    const { retry } = stateOf({ Type: 'Task', Resource: ARN, Retry: [{ ErrorEquals: ['A'] }], End: true });
    expect(retry).toEqual([
      { errorEquals: ['A'], intervalSeconds: 1, maxAttempts: 3, backoffRate: 2, jitterStrategy: 'NONE' },
    ]);
  });
});

describe('Choice', () => {
  test('tests its rules in either language', () => {
    const States = { Y: { Type: 'Succeed' } };
    const rule = (Choices: JsonObject[], more: JsonObject = {}) => {
      const machine = compiled({
        StartAt: 'X',
        States: { X: { Type: 'Choice', Choices, Default: 'Y' }, ...States },
        ...more,
      });
      const state = machine.states.get('X');
      return state?.type === 'Choice' ? outcome(state.choices[0]?.test, { a: 1 }) : undefined;
    };
    expect(rule([{ Variable: '$.a', NumericEquals: 1, Next: 'Y', Comment: 'one' }])).toBe(true);
    expect(rule([{ Condition: '{% $states.input.a = 2 %}', Next: 'Y' }], JSONATA)).toBe(false);
    expect(rule([{ Condition: true, Next: 'Y' }], JSONATA)).toBe(true);
    expect(rule([{ Condition: '{% 1 %}', Next: 'Y' }], JSONATA)).toEqual(
      query(
        "The JSONata expression '1' specified for the field 'Choices[0]/Condition' returned an unexpected result type. Expected 'boolean', but was 'number' for value: 1",
        'Choices[0]/Condition',
      ),
    );
  });
});

describe('Map', () => {
  const distributed = (processor: JsonObject, fields: JsonObject = {}, more: JsonObject = {}) => {
    const ProcessorConfig = { Mode: 'DISTRIBUTED', ExecutionType: 'EXPRESS' };
    return stateOf({ Type: 'Map', ItemProcessor: { ...processor, ProcessorConfig }, ...fields, End: true }, more);
  };

  test('hands a distributed processor on as a definition that compiles by itself', () => {
    const state = distributed({ ...GRAPH, Comment: 'each' }, {}, JSONATA);
    expect(JSON.parse(state.distributed?.definition ?? '')).toEqual({
      QueryLanguage: 'JSONata',
      Comment: 'each',
      ...GRAPH,
    });
    expect(compileMachine(state.distributed?.definition ?? '', 'EXPRESS').ok).toBe(true);
    expect(state.distributed?.executionType).toBe('EXPRESS');
  });

  test('takes Parameters for what is called ItemSelector now', () => {
    const state = stateOf({ Type: 'Map', Iterator: GRAPH, Parameters: { a: 1 }, End: true });
    expect(outcome(state.itemSelector)).toEqual({ a: 1 });
    expect(state.flow).toEqual({ language: 'JSONPath' });
    expect(outcome(state.maxConcurrency)).toBe(0);
  });

  test('takes a list of items, and of a distributed map an object', () => {
    const inline = stateOf({ Type: 'Map', ItemProcessor: GRAPH, Items: '{% $states.input %}', End: true }, JSONATA);
    expect(outcome(inline.items, [1])).toEqual([1]);
    expect(outcome(inline.items, { a: 1 })).toMatchObject({ location: 'Items' });
    const { items } = distributed(GRAPH, { Items: '{% $states.input %}' }, JSONATA);
    expect(outcome(items, { a: 1 })).toEqual({ a: 1 });
    expect(outcome(items, 1)).toMatchObject({ location: 'Items' });
  });

  test('reads, batches and writes', () => {
    const { distributed: all } = distributed(GRAPH, {
      Label: 'L',
      ItemReader: {
        Resource: 'arn:aws:states:::s3:getObject',
        Parameters: { Bucket: 'b', 'Key.$': '$.k' },
        ReaderConfig: {
          InputType: 'CSV',
          CSVHeaderLocation: 'GIVEN',
          CSVHeaders: ['a'],
          CSVDelimiter: 'TAB',
          MaxItemsPath: '$.m',
        },
      },
      ItemBatcher: { MaxItemsPerBatch: 10, BatchInput: { c: 1 } },
      ResultWriter: {
        Resource: 'arn:aws:states:::s3:putObject',
        Parameters: { Bucket: 'b' },
        WriterConfig: { OutputType: 'JSONL' },
      },
      ToleratedFailureCount: 2,
    });
    expect(all).toMatchObject({
      label: 'L',
      itemReader: { inputType: 'CSV', csvHeaderLocation: 'GIVEN', csvHeaders: ['a'], csvDelimiter: 'TAB' },
      resultWriter: { outputType: 'JSONL', transformation: 'NONE', resource: { action: 'putObject' } },
    });
    expect(outcome(all?.itemReader?.arguments, { k: 'key' })).toEqual({ Bucket: 'b', Key: 'key' });
    expect(outcome(all?.itemReader?.maxItems, { m: '7' })).toBe(7);
    expect(outcome(all?.itemBatcher?.maxItemsPerBatch)).toBe(10);
    expect(outcome(all?.toleratedFailureCount)).toBe(2);
  });
});

describe('variableReferences', () => {
  test('by state, sorted, a map’s own apart from those inside', () => {
    const definition = {
      StartAt: 'A',
      States: {
        A: { Type: 'Pass', Assign: { list: [1], q: 2 }, Next: 'M' },
        M: {
          Type: 'Map',
          ItemsPath: '$list',
          ItemSelector: { 'q.$': '$q', v: '$list' },
          ItemProcessor: {
            StartAt: 'I',
            States: { I: { Type: 'Pass', Parameters: { 'a.$': 'States.Array($q, $list)' }, End: true } },
          },
          End: true,
        },
      },
    };
    expect(referencesIn(JSON.stringify(definition))).toEqual({ M: ['list', 'q'], I: ['list', 'q'] });
  });
});

describe('a state by itself', () => {
  const by = (definition: Json, name?: string) => compileState(JSON.stringify(definition), name);

  test('leads wherever it says', () => {
    expect(by({ Type: 'Pass', Next: 'Elsewhere', ...JSONATA })).toMatchObject({
      ok: true,
      name: 'StateName',
      queryLanguage: 'JSONata',
      state: { next: 'Elsewhere' },
    });
  });

  test('is refused as one of that name', () => {
    expect(by({ Type: 'Parallel', Branches: [], End: true })).toMatchObject({
      ok: false,
      diagnostics: [{ message: 'Value cannot be empty', location: '/States/StateName/Branches' }],
    });
    expect(by([])).toMatchObject({ ok: false, diagnostics: [{ message: 'Definition must be a valid JSON object' }] });
  });

  test('of a machine is found however deep it is, or is not there', () => {
    const machine = machineOf({ Type: 'Parallel', Branches: [GRAPH], End: true });
    expect(by(machine, 'Inner')).toMatchObject({ ok: true, name: 'Inner', state: { type: 'Pass' } });
    expect(by(machine, 'Outer')).toEqual({ ok: false, missing: true, diagnostics: [] });
    expect(by(machineOf({ Type: 'Pass' }), 'X')).toMatchObject({ ok: false, missing: false });
  });
});
