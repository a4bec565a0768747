import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../scope.ts';
import { createMessage } from './diagnostics.ts';
import { compileMachine } from './machine.ts';
import { ARN, GRAPH, machineOf, PASS, said, saidOf } from './testing.ts';

type Row = [title: string, state: JsonObject, ...diagnostics: string[]];

/** Each a machine of one state, X. */
function rows(title: string, more: JsonObject, table: Row[]): void {
  describe(title, () => {
    test.each(table)('%s', (_title, state, ...diagnostics) => {
      expect(said(state, more)).toEqual(diagnostics);
    });
  });
}

const JSONATA = { QueryLanguage: 'JSONata' };
const TASK = { Type: 'Task', Resource: ARN, End: true };
const WAIT = { Type: 'Wait', End: true };
const MAP = { Type: 'Map', End: true };
const INLINE = { ...MAP, ItemProcessor: GRAPH };
const DISTRIBUTED = {
  ...MAP,
  ItemProcessor: { ...GRAPH, ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' } },
};
const only = (fields: string) => `There should only be one of the following fields: [${fields}]`;
const exactly = (fields: string) => `This object should have only one of the following fields: [${fields}]`;
const oneOf = (values: string) => `Value should be one of the following: [${values}]`;
const required = (fields: string) => `These fields are required: [${fields}]`;
const other = (own: string, field: string) =>
  `The QueryLanguage is set to '${own}', but field '${field}' is only supported for the '${own === 'JSONPath' ? 'JSONata' : 'JSONPath'}' QueryLanguage`;
const unknown = (arn: string) =>
  `The resource provided ${arn} is not recognized. The value is not a valid resource ARN, or the resource is not available in this region. @ /States/X/Resource`;

describe('the definition itself', () => {
  test.each<[title: string, definition: unknown, ...diagnostics: string[]]>([
    ['nothing', ' ', 'Definition must be a valid JSON object @ -'],
    ['a list', '[]', 'Definition must be a valid JSON object @ -'],
    ['an empty object', {}, `${required('StartAt, States')} @ /`],
    [
      'no states',
      { StartAt: 'X', States: {} },
      'Value cannot be empty @ /States',
      "MISSING_TRANSITION_TARGET: Missing 'StartAt' target: X @ /StartAt",
    ],
    [
      'states of another kind',
      { StartAt: 1, States: [] },
      'Expected value of type String @ /StartAt',
      'Expected value of type Object @ /States',
    ],
    ['an unknown field', machineOf(PASS, { Startat: 'X' }), "Field 'Startat' is not supported @ /"],
    ['another version', machineOf(PASS, { Version: '2.0' }), `${oneOf('1.0')} @ /Version`],
    [
      'a timeout that is no whole number',
      machineOf(PASS, { TimeoutSeconds: 1.5 }),
      'Expected value of type Integer @ /TimeoutSeconds',
    ],
    [
      'another language',
      machineOf(PASS, { QueryLanguage: 'jsonata' }),
      `${oneOf('JSONPath, JSONata')} @ /QueryLanguage`,
    ],
    [
      'a language of another kind',
      machineOf(PASS, { QueryLanguage: 1 }),
      'Expected value of type String @ /QueryLanguage',
    ],
    ['a comment of another kind', machineOf(PASS, { Comment: {} }), 'Expected value of type String @ /Comment'],
    ['a state that is none', { StartAt: 'X', States: { X: [] } }, 'Expected value of type Object @ /States/X'],
  ])('%s', (_title, definition, ...diagnostics) => {
    expect(saidOf(definition as string)).toEqual(diagnostics);
  });

  test('more than 1,048,576 bytes', () => {
    const long = JSON.stringify(machineOf({ ...PASS, Comment: 'é'.repeat(524_288) }));
    expect(saidOf(long)).toEqual(['Definition must not be larger than 1048576 bytes @ -']);
  });

  test('all that is wrong is said at once, and in one sentence', () => {
    const compiled = compileMachine(JSON.stringify({ StartAt: 'Y', States: { X: { Type: 'Pass' } } }), 'STANDARD');
    expect(compiled.ok ? '' : createMessage(compiled.diagnostics)).toBe(
      "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: This object should have only one of the following fields: " +
        "[Next, End] at /States/X, MISSING_TRANSITION_TARGET: Missing 'StartAt' target: Y at /StartAt'",
    );
  });

  test('what has no place is said to be at null, as AWS says it', () => {
    const loop = { StartAt: 'A', States: { A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Pass', Next: 'A' } } };
    const compiled = compileMachine(JSON.stringify(loop), 'STANDARD');
    expect(compiled.ok ? '' : createMessage(compiled.diagnostics)).toBe(
      "Invalid State Machine Definition: 'MISSING_END_STATE: Workflow has no terminal state at null'",
    );
  });

  test('no more is said of a hostile definition than can be read', () => {
    const wrong = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`f${index}`, 1]));
    expect(saidOf({ ...machineOf(PASS), ...wrong })).toHaveLength(200);
  });
});

rows('states of every type', {}, [
  ['no type', { End: true }, `${required('Type')} @ /States/X`],
  [
    'another type',
    { Type: 'pass', End: true },
    "The field 'Type' should have one of these values: [Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map] @ /States/X/Type",
  ],
  ['a field of another type', { ...PASS, Retry: [] }, "Field 'Retry' is not supported @ /States/X"],
  [
    'a field of no type',
    { ...PASS, Constructor: 1, toString: 2 },
    "Field 'Constructor' is not supported @ /States/X",
    "Field 'toString' is not supported @ /States/X",
  ],
  ['neither Next nor End', { Type: 'Pass' }, `${exactly('Next, End')} @ /States/X`],
  ['End that is false', { Type: 'Pass', End: false }, `${exactly('Next, End')} @ /States/X`],
  ['both Next and End', { ...PASS, Next: 'X' }, `${only('Next, End')} @ /States/X`],
  ['End that is no truth value', { Type: 'Pass', End: 'true' }, 'Expected value of type Boolean @ /States/X/End'],
  ['Succeed that ends', { Type: 'Succeed', End: true }, "Field 'End' is not supported @ /States/X"],
  ['a path that is none', { ...PASS, InputPath: 'a' }, 'Value must be a valid JSONPath. @ /States/X/InputPath'],
  ['a path of another kind', { ...PASS, OutputPath: {} }, 'Expected value of type String @ /States/X/OutputPath'],
  [
    'a result path that leads to many places',
    { ...PASS, ResultPath: '$.a[*]' },
    'Value is not a Reference Path: It must lead to one place: names and indices alone, without @ , : ? * .. and functions @ /States/X/ResultPath',
  ],
  ['paths that are null', { ...PASS, InputPath: null, OutputPath: null, ResultPath: null }],
  [
    'a template',
    { ...PASS, Parameters: { a: [{ 'b.$': 'c' }] } },
    "The value for the field 'b.$' must be a valid JSONPath or a valid intrinsic function call @ /States/X/Parameters/a[0]",
  ],
]);

rows('fields of the other language, JSONPath', {}, [
  ['Output', { ...PASS, Output: {} }, `${other('JSONPath', 'Output')} @ /States/X`],
  ['Arguments', { ...TASK, Arguments: {} }, `${other('JSONPath', 'Arguments')} @ /States/X`],
  ['Items', { ...INLINE, Items: [] }, `${other('JSONPath', 'Items')} @ /States/X`],
  [
    'Condition',
    { Type: 'Choice', Choices: [{ Condition: true, Next: 'X' }], Default: 'X' },
    `${other('JSONPath', 'Condition')} @ /States/X/Choices[0]`,
    'MISSING_END_STATE: Workflow has no terminal state @ -',
  ],
  [
    'of a state alone',
    { ...PASS, ...JSONATA, Output: {}, Parameters: {} },
    `${other('JSONata', 'Parameters')} @ /States/X`,
  ],
]);

rows('fields of the other language, JSONata', JSONATA, [
  [
    'many',
    { ...TASK, InputPath: '$', Parameters: {}, ResultPath: '$', TimeoutSecondsPath: '$.a' },
    ...['InputPath', 'Parameters', 'ResultPath', 'TimeoutSecondsPath'].map(
      (field) => `${other('JSONata', field)} @ /States/X`,
    ),
  ],
  ['Result', { ...PASS, Result: 1 }, `${other('JSONata', 'Result')} @ /States/X`],
  [
    'Variable',
    { Type: 'Choice', Choices: [{ Variable: '$.a', IsNull: true, Next: 'X' }] },
    `${other('JSONata', 'Variable')} @ /States/X/Choices[0]`,
    'MISSING_END_STATE: Workflow has no terminal state @ -',
  ],
  [
    'the language itself',
    { ...PASS, QueryLanguage: 'JSONPath' },
    "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine @ /States/X",
  ],
  [
    'a processor that names a language',
    { ...MAP, ItemProcessor: { ...GRAPH, ...JSONATA } },
    "Field 'QueryLanguage' is not supported @ /States/X/ItemProcessor",
  ],
]);

test('a map that names JSONata leaves the states inside in the language of the machine', () => {
  const inner = { StartAt: 'Inner', States: { Inner: { ...PASS, Output: 1 } } };
  expect(said({ ...MAP, ...JSONATA, ItemProcessor: inner })).toEqual([
    `${other('JSONPath', 'Output')} @ /States/X/ItemProcessor/States/Inner`,
  ]);
});

rows('JSONata', JSONATA, [
  [
    'a result that there is none of',
    { ...PASS, Output: { a: '{% $states.result %}' } },
    "UNSUPPORTED_JSONATA_EXPRESSION: Field '$states.result' does not exist. @ /States/X/Output/a",
  ],
  [
    'an error outside of a catcher',
    { ...TASK, Assign: { a: '{% $states.errorOutput.Cause %}' } },
    "UNSUPPORTED_JSONATA_EXPRESSION: Field '$states.errorOutput' does not exist. @ /States/X/Assign/a",
  ],
  [
    'a result before there is one',
    { ...TASK, Arguments: ['{% $states . result %}'] },
    "UNSUPPORTED_JSONATA_EXPRESSION: Field '$states.result' does not exist. @ /States/X/Arguments[0]",
  ],
  [
    'both where they are',
    {
      ...TASK,
      Output: '{% $states.result %}',
      Catch: [{ ErrorEquals: ['States.ALL'], Next: 'X', Output: '{% $states.errorOutput %}' }],
    },
  ],
  [
    'in texts and comments',
    { ...PASS, Output: '{% "$states.result" & \'$states.errorOutput\' /* $states.result */ %}' },
  ],
  [
    'a number where an expression could be',
    { ...TASK, TimeoutSeconds: '10' },
    'Expected value of type Integer @ /States/X/TimeoutSeconds',
  ],
  [
    'a condition that is a text',
    { Type: 'Choice', Choices: [{ Condition: 'true', Next: 'X' }] },
    'Expected value of type Boolean @ /States/X/Choices[0]/Condition',
    'MISSING_END_STATE: Workflow has no terminal state @ -',
  ],
  ['items that are none', { ...INLINE, Items: 'all' }, 'Expected value of type Array @ /States/X/Items'],
]);

rows('Wait', {}, [
  ['no time', WAIT, `${exactly('SecondsPath, Seconds, TimestampPath, Timestamp')} @ /States/X`],
  [
    'two times',
    { ...WAIT, Seconds: 1, TimestampPath: '$.a' },
    `${only('SecondsPath, Seconds, TimestampPath, Timestamp')} @ /States/X`,
  ],
  ['seconds below 0', { ...WAIT, Seconds: -1 }, 'Minimum value is 0 @ /States/X/Seconds'],
  ['seconds above 99,999,999', { ...WAIT, Seconds: 100_000_000 }, 'Maximum value is 99999999 @ /States/X/Seconds'],
  ['half a second', { ...WAIT, Seconds: 0.5 }, 'Expected value of type Integer @ /States/X/Seconds'],
  ...['2016-12-05 21:29:29Z', '2016-12-05T21:29:29', '2016-13-05T21:29:29Z', '2016-02-30T00:00:00Z', '$.a'].map(
    (Timestamp): Row => [
      Timestamp,
      { ...WAIT, Timestamp },
      'String does not match RFC3339 timestamp @ /States/X/Timestamp',
    ],
  ),
]);

rows('Fail', {}, [
  [
    'both kinds of error',
    { Type: 'Fail', Error: 'E', ErrorPath: '$.a', Cause: 'C', CausePath: '$.b' },
    `${only('Error, ErrorPath')} @ /States/X`,
    `${only('Cause, CausePath')} @ /States/X`,
  ],
  ['an intrinsic function', { Type: 'Fail', ErrorPath: "States.Format('{}', $.a)", CausePath: 'States.UUID()' }],
  [
    'what is neither',
    { Type: 'Fail', CausePath: 'C' },
    "The value for the field 'CausePath' must be a valid JSONPath or a valid intrinsic function call @ /States/X/CausePath",
  ],
  [
    'a text that looks like a path',
    { Type: 'Fail', Error: '$.error' },
    "NO_PATH: Field value looks like a path, but field name does not end with 'Path': Error @ /States/X/Error",
  ],
]);

rows('Task', {}, [
  ['no resource', { Type: 'Task', End: true }, `${required('Resource')} @ /States/X`],
  ['no ARN', { ...TASK, Resource: 'lambda:invoke' }, 'Value is not a valid resource ARN @ /States/X/Resource'],
  ['a bucket', { ...TASK, Resource: 'arn:aws:s3:::bucket' }, unknown('arn:aws:s3:::bucket')],
  ...[
    'lambda:invoke.sync',
    'sns:publish.sync',
    'aws-sdk:s3:getObject.sync',
    'glue:startJobRun.waitForTaskToken',
    'glue:startJobRun.sync:2',
    'sqs:sendMessage.async',
  ].map(
    (action): Row => [
      action,
      { ...TASK, Resource: `arn:aws:states:::${action}` },
      unknown(`arn:aws:states:::${action}`),
    ],
  ),
  ...[
    'arn:aws:lambda:eu-west-1:111111111111:function:f:live',
    'arn:aws:states:eu-west-1:111111111111:activity:a',
    'arn:aws-cn:states:::sqs:sendMessage.waitForTaskToken',
    'arn:aws:states:::states:startExecution.sync:2',
    'arn:aws:states:::aws-sdk:sfn:startExecution.waitForTaskToken',
    'arn:aws:states:::sagemaker:createTrainingJob.sync',
  ].map((Resource): Row => [Resource, { ...TASK, Resource }]),
  [
    'times and their paths',
    { ...TASK, TimeoutSeconds: 5, TimeoutSecondsPath: '$.a', HeartbeatSeconds: 1, HeartbeatSecondsPath: '$.b' },
    `${only('TimeoutSeconds, TimeoutSecondsPath')} @ /States/X`,
    `${only('HeartbeatSeconds, HeartbeatSecondsPath')} @ /States/X`,
  ],
  [
    'times out of range',
    { ...TASK, TimeoutSeconds: 0, HeartbeatSeconds: -1 },
    'Minimum value is 1 @ /States/X/TimeoutSeconds',
    'Minimum value is 1 @ /States/X/HeartbeatSeconds',
  ],
  [
    'a heartbeat as slow as the timeout',
    { ...TASK, TimeoutSeconds: 5, HeartbeatSeconds: 5 },
    "Field 'HeartbeatSeconds' must be smaller than 'TimeoutSeconds' @ /States/X/HeartbeatSeconds",
  ],
  [
    'a path into the context',
    { ...TASK, TimeoutSecondsPath: '$$.Execution.Input.a' },
    'Value is not a Reference Path @ /States/X/TimeoutSecondsPath',
  ],
  [
    'credentials without a role',
    { ...TASK, Credentials: { Role: 1 } },
    "The field 'RoleArn' is required but was missing @ /States/X/Credentials",
  ],
  [
    'credentials of an activity',
    { ...TASK, Resource: 'arn:aws:states:eu-west-1:111111111111:activity:a', Credentials: { 'RoleArn.$': '$.a' } },
    "The field 'Credentials' is not supported for activities @ /States/X/Credentials",
  ],
  [
    'credentials that are a text',
    { ...TASK, Credentials: 'role' },
    'Expected value of type Object @ /States/X/Credentials',
  ],
]);

describe('what cannot be asked for', () => {
  const express = (Resource: string) => said({ ...TASK, Resource }, {}, { type: 'EXPRESS' });

  test('by express machines', () => {
    expect(express('arn:aws:states:::states:startExecution.sync')).toEqual([
      "Express state machine does not support '.sync' service integration @ /States/X/Resource",
    ]);
    // The space is AWS's.
    expect(express('arn:aws:states:::sns:publish.waitForTaskToken')).toEqual([
      "Express state machine does not support '.waitForTaskToken' service integration  @ /States/X/Resource",
    ]);
    expect(express('arn:aws:states:eu-west-1:111111111111:activity:a')).toEqual([
      'Express state machine does not support Activity ARN @ /States/X/Resource',
    ]);
    expect(said(DISTRIBUTED, {}, { type: 'EXPRESS' })).toEqual([
      "The field 'Mode' with value 'DISTRIBUTED' is not supported inside 'EXPRESS' state machines @ /States/X/ItemProcessor/ProcessorConfig/Mode",
    ]);
  });

  test('by the items of a distributed map that are express executions', () => {
    const task = { ...TASK, Resource: 'arn:aws:states:::states:startExecution.sync' };
    const processor = {
      StartAt: 'T',
      States: { T: task },
      ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'EXPRESS' },
    };
    expect(said({ ...MAP, ItemProcessor: processor })).toEqual([
      "Express state machine does not support '.sync' service integration @ /States/X/ItemProcessor/States/T/Resource",
    ]);
  });

  test('here: the sentence is the service’s', () => {
    const supports = (resource: { arn: string }) => (resource.arn === ARN ? `Not here: ${resource.arn}` : undefined);
    expect(said(TASK, {}, { supports })).toEqual([`Not here: ${ARN} @ /States/X/Resource`]);
    expect(said({ ...TASK, Resource: 'arn:aws:states:::sns:publish' }, {}, { supports })).toEqual([]);
  });
});

rows('Retry and Catch', {}, [
  [
    'nothing to match',
    { ...TASK, Retry: [{}], Catch: [{}] },
    `${required('ErrorEquals')} @ /States/X/Retry[0]`,
    `${required('ErrorEquals, Next')} @ /States/X/Catch[0]`,
  ],
  [
    'an empty match',
    { ...TASK, Retry: [{ ErrorEquals: [] }] },
    'Value cannot be empty @ /States/X/Retry[0]/ErrorEquals',
  ],
  [
    'matches of another kind',
    { ...TASK, Retry: [{ ErrorEquals: ['A', 1] }, 'all'] },
    'Expected value of type Object @ /States/X/Retry[1]',
    'Expected value of type String @ /States/X/Retry[0]/ErrorEquals[1]',
  ],
  [
    'all among others',
    { ...TASK, Retry: [{ ErrorEquals: ['A', 'States.ALL'] }] },
    'States.ALL must appear alone and at end of list @ /States/X/Retry[0]/ErrorEquals[1]',
  ],
  [
    'all before others',
    {
      ...TASK,
      Catch: [
        { ErrorEquals: ['States.ALL'], Next: 'X' },
        { ErrorEquals: ['A'], Next: 'X' },
      ],
    },
    'States.ALL must appear alone and at end of list @ /States/X/Catch[0]/ErrorEquals[0]',
  ],
  [
    'numbers out of range',
    {
      ...TASK,
      Retry: [
        {
          ErrorEquals: ['A'],
          IntervalSeconds: -1,
          MaxAttempts: -1,
          BackoffRate: 0.5,
          MaxDelaySeconds: 31_622_401,
          JitterStrategy: 'HALF',
        },
      ],
    },
    'Minimum value is 0 @ /States/X/Retry[0]/IntervalSeconds',
    'Maximum value is 31622400 @ /States/X/Retry[0]/MaxDelaySeconds',
    'Minimum value is 0 @ /States/X/Retry[0]/MaxAttempts',
    'Minimum value is 1.0 @ /States/X/Retry[0]/BackoffRate',
    `${oneOf('NONE, FULL')} @ /States/X/Retry[0]/JitterStrategy`,
  ],
  [
    'a longest delay that is shorter than the first',
    { ...TASK, Retry: [{ ErrorEquals: ['A'], IntervalSeconds: 5, MaxDelaySeconds: 5 }] },
    "Field 'MaxDelaySeconds' must be greater than 'IntervalSeconds' @ /States/X/Retry[0]/MaxDelaySeconds",
  ],
  [
    'fields of neither',
    { ...TASK, Retry: [{ ErrorEquals: ['A'], Next: 'X' }], Catch: [{ ErrorEquals: ['A'], Next: 'X', Output: 1 }] },
    "Field 'Next' is not supported @ /States/X/Retry[0]",
    `${other('JSONPath', 'Output')} @ /States/X/Catch[0]`,
  ],
  [
    'errors that All does not catch, by name',
    { ...TASK, Retry: [{ ErrorEquals: ['States.DataLimitExceeded', 'States.Runtime'] }] },
  ],
]);

const END = 'MISSING_END_STATE: Workflow has no terminal state @ -';
const choices = (...Choices: JsonObject[]) => ({ Type: 'Choice', Choices });
const KINDS = 'The object must have only one of the following fields, [And, Or, Not, Variable, Condition]';

rows('Choice', {}, [
  ['no rules', { Type: 'Choice' }, `${required('Choices')} @ /States/X`, END],
  ['none in the list', choices(), 'Value cannot be empty @ /States/X/Choices', END],
  ['no target', choices({ Variable: '$.a', IsNull: true }), `${required('Next')} @ /States/X/Choices[0]`, END],
  ['no comparison', choices({ Next: 'X' }), `${KINDS} @ /States/X/Choices[0]`, END],
  [
    'two kinds',
    choices({ Next: 'X', Not: { Variable: '$.a', IsNull: true }, Variable: '$.b', IsNull: true }),
    `${KINDS} @ /States/X/Choices[0]`,
    END,
  ],
  [
    'a target inside',
    choices({ Next: 'X', And: [{ Variable: '$.a', IsNull: true, Next: 'X' }] }),
    "Field 'Next' is not supported @ /States/X/Choices[0]/And[0]",
    END,
  ],
  [
    'a variable that is no path',
    choices({ Next: 'X', Variable: 'a', IsNull: true }),
    "Value is not a Reference Path: Reference path didn't start with '$' @ /States/X/Choices[0]/Variable",
    END,
  ],
  [
    'a comparison with what looks like a path',
    choices({ Next: 'X', Variable: '$.a', StringEquals: '$.b' }),
    "NO_PATH: Field value looks like a path, but field name does not end with 'Path': StringEquals @ /States/X/Choices[0]/StringEquals",
    END,
  ],
]);

rows('Parallel', {}, [
  ['no branches', { Type: 'Parallel', End: true }, `${required('Branches')} @ /States/X`],
  ['none in the list', { Type: 'Parallel', Branches: [], End: true }, 'Value cannot be empty @ /States/X/Branches'],
  [
    'a branch of nothing',
    { Type: 'Parallel', Branches: [{}], End: true },
    `${required('StartAt, States')} @ /States/X/Branches[0]`,
  ],
  [
    'a branch with a field of machines',
    { Type: 'Parallel', Branches: [{ ...GRAPH, TimeoutSeconds: 1 }], End: true },
    "Field 'TimeoutSeconds' is not supported @ /States/X/Branches[0]",
  ],
]);

const config = (ProcessorConfig: JsonObject) => ({ ...MAP, ItemProcessor: { ...GRAPH, ProcessorConfig } });
const READER = { Resource: 'arn:aws:states:::s3:getObject', Parameters: {} };
const reading = (ReaderConfig: JsonObject) => ({ ...DISTRIBUTED, ItemReader: { ...READER, ReaderConfig } });
const CONFIG = '/States/X/ItemReader/ReaderConfig';

rows('Map', {}, [
  ['no processor', MAP, `${exactly('ItemProcessor, Iterator')} @ /States/X`],
  ['two processors', { ...INLINE, Iterator: GRAPH }, `${only('ItemProcessor, Iterator')} @ /States/X`],
  ['two selectors', { ...INLINE, ItemSelector: {}, Parameters: {} }, `${only('ItemSelector, Parameters')} @ /States/X`],
  [
    'a mode that is none',
    config({ Mode: 'inline' }),
    `${oneOf('INLINE, DISTRIBUTED')} @ /States/X/ItemProcessor/ProcessorConfig/Mode`,
  ],
  [
    'no type of execution',
    config({ Mode: 'DISTRIBUTED' }),
    `${required('ExecutionType')} @ /States/X/ItemProcessor/ProcessorConfig`,
  ],
  [
    'a type of execution of an inline map',
    config({ Mode: 'INLINE', ExecutionType: 'STANDARD' }),
    "Field 'ExecutionType' is not supported @ /States/X/ItemProcessor/ProcessorConfig",
  ],
  ['a reader of an inline map', { ...INLINE, ItemReader: {} }, "Field 'ItemReader' is not supported @ /States/X"],
  [
    'numbers out of range',
    { ...INLINE, MaxConcurrency: -1, ToleratedFailureCount: -1, ToleratedFailurePercentage: 100.5 },
    'Minimum value is 0 @ /States/X/ToleratedFailureCount',
    'Maximum value is 100.0 @ /States/X/ToleratedFailurePercentage',
    'Minimum value is 0 @ /States/X/MaxConcurrency',
  ],
  [
    'numbers and their paths',
    { ...INLINE, MaxConcurrency: 1, MaxConcurrencyPath: '$.a' },
    `${only('MaxConcurrency, MaxConcurrencyPath')} @ /States/X`,
  ],
]);

rows('Map, distributed', {}, [
  [
    'a reader of nothing',
    { ...DISTRIBUTED, ItemReader: {} },
    `${required('Resource, Parameters')} @ /States/X/ItemReader`,
  ],
  [
    'another resource',
    { ...DISTRIBUTED, ItemReader: { ...READER, Resource: 'arn:aws:states:::s3:headObject' } },
    "The field 'Resource' does not match any of the allowed values @ /States/X/ItemReader/Resource",
  ],
  [
    'an object of no format',
    { ...DISTRIBUTED, ItemReader: READER },
    `${required('ReaderConfig')} @ /States/X/ItemReader`,
  ],
  [
    'a listing',
    {
      ...DISTRIBUTED,
      ItemReader: { Resource: 'arn:aws:states:::s3:listObjectsV2', Parameters: { 'Bucket.$': '$.b' } },
    },
  ],
  [
    'another format',
    reading({ InputType: 'XML' }),
    `${oneOf('CSV, JSON, JSONL, MANIFEST, PARQUET')} @ ${CONFIG}/InputType`,
  ],
  ['a table without its head', reading({ InputType: 'CSV' }), `The field 'CSVHeaderLocation' is required @ ${CONFIG}`],
  [
    'a given head that is not',
    reading({ InputType: 'CSV', CSVHeaderLocation: 'GIVEN' }),
    `${required('CSVHeaders')} @ ${CONFIG}`,
  ],
  [
    'a head of what is no table',
    reading({ InputType: 'JSON', CSVHeaderLocation: 'FIRST_ROW' }),
    `Field 'CSVHeaderLocation' is not supported @ ${CONFIG}`,
  ],
  [
    'too many items',
    reading({ InputType: 'JSON', MaxItems: 100_000_001 }),
    `Maximum value is 100000000 @ ${CONFIG}/MaxItems`,
  ],
  [
    'items twice',
    reading({ InputType: 'JSON', MaxItems: 1, MaxItemsPath: '$.a' }),
    `${only('MaxItems, MaxItemsPath')} @ ${CONFIG}`,
  ],
  [
    'batches of no size',
    { ...DISTRIBUTED, ItemBatcher: { BatchInput: {} } },
    `${required('MaxItemsPerBatch, MaxInputBytesPerBatch')} @ /States/X/ItemBatcher`,
  ],
  ['a writer of nothing', { ...DISTRIBUTED, ResultWriter: {} }, `${required('WriterConfig')} @ /States/X/ResultWriter`],
  [
    'a writer to nowhere',
    { ...DISTRIBUTED, ResultWriter: { Resource: 'arn:aws:states:::s3:putObject' } },
    `${required('Parameters')} @ /States/X/ResultWriter`,
  ],
  [
    'another output',
    { ...DISTRIBUTED, ResultWriter: { WriterConfig: { OutputType: 'CSV', Transformation: 'ALL' } } },
    `${oneOf('JSON, JSONL')} @ /States/X/ResultWriter/WriterConfig/OutputType`,
    `${oneOf('NONE, COMPACT, FLATTEN')} @ /States/X/ResultWriter/WriterConfig/Transformation`,
  ],
  [
    'an empty label',
    { ...DISTRIBUTED, Label: '' },
    'INVALID_LABEL_NAME: Label name must not be empty @ /States/X/Label',
  ],
  [
    'a label of 41 characters',
    { ...DISTRIBUTED, Label: 'l'.repeat(41) },
    `INVALID_LABEL_NAME: Invalid Label name: ${'l'.repeat(41)} exceeds the 40-character limit allowed by the service @ /States/X/Label`,
  ],
  [
    'a label with a space',
    { ...DISTRIBUTED, Label: 'a b' },
    "INVALID_LABEL_NAME: Invalid Label name: a b contains the invalid character ' ' @ /States/X/Label",
  ],
  [
    'a label with what cannot be seen',
    { ...DISTRIBUTED, Label: 'a\u0085' },
    "INVALID_LABEL_NAME: Invalid Label name: a\u0085 contains the invalid character '\\u0085' @ /States/X/Label",
  ],
]);

rows('warnings', {}, [
  [
    'a path without .$',
    { ...PASS, Parameters: { a: '$.b', c: { d: 'States.UUID()', 'e.$': '$.f' }, g: 'costs $5' } },
    'NO_DOLLAR: No .$ on a field that appears to be a JSONPath or Intrinsic Function: a @ /States/X/Parameters',
    'NO_DOLLAR: No .$ on a field that appears to be a JSONPath or Intrinsic Function: d @ /States/X/Parameters/c',
  ],
  [
    'a path in a result',
    { ...PASS, Result: { 'a.$': '$.b' } },
    'PASS_RESULT_IS_STATIC: The Result of a Pass state is static: a path in it is not evaluated @ /States/X/Result',
  ],
  [
    'a variable that nothing assigns',
    { ...PASS, InputPath: '$nothing.a' },
    "POSSIBLY_UNDEFINED_VARIABLE: Variable 'nothing' is possibly not defined. @ /States/X/InputPath",
  ],
]);

const assigning = (Assign: JsonObject) => ({ ...PASS, Assign });
const variable = (name: string, why: string) =>
  `INVALID_VARIABLE_NAME: Invalid variable name '${name}': ${why} @ /States/X/Assign/${name}`;

rows('Assign', {}, [
  ['a list', { ...PASS, Assign: [] }, 'Expected value of type Object @ /States/X/Assign'],
  [
    'states',
    assigning({ states: 1 }),
    "RESERVED_VARIABLE_NAME: Cannot assign to reserved variable '$states'. @ /States/X/Assign/states",
  ],
  [
    'states, by a path',
    assigning({ 'states.$': '$' }),
    "RESERVED_VARIABLE_NAME: Cannot assign to reserved variable '$states'. @ /States/X/Assign/states.$",
  ],
  ['a name with a dash', assigning({ 'a-b': 1 }), variable('a-b', 'the variable name contains invalid characters.')],
  [
    'a name that begins with a digit',
    assigning({ '1a': 1 }),
    variable('1a', 'the variable name contains invalid characters.'),
  ],
  [
    'a name of 81 characters',
    assigning({ ['v'.repeat(81)]: 1 }),
    variable('v'.repeat(81), 'the variable name exceeds 80 characters.'),
  ],
  ['names of every alphabet', assigning({ größe: 1, 変数: 2, _a1: 3 })],
]);

describe('variables inside and outside', () => {
  const inside = (Assign: JsonObject) => ({ StartAt: 'I', States: { I: assigning(Assign) } });
  const outside = (state: JsonObject) => ({
    StartAt: 'X',
    States: { X: { ...state, Next: 'Y', End: undefined }, Y: assigning({ a: 1 }) },
  });
  const lint = (definition: unknown) => saidOf(JSON.stringify(definition));

  test('what the machine assigns, no branch may', () => {
    expect(lint(outside({ Type: 'Parallel', Branches: [inside({ a: 1 }), inside({ b: 1 })] }))).toEqual([
      'DUPLICATE_STATE_NAME: Duplicate State name: I @ /States/X/Branches[1]/States/I',
      "INVALID_VARIABLE_NAME: Invalid variable name 'a': the variable is assigned in an outer scope. @ /States/X/Branches[0]/States/I/Assign/a",
    ]);
  });

  test('the items of a distributed map are executions of their own', () => {
    const ProcessorConfig = { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' };
    expect(lint(outside({ Type: 'Map', ItemProcessor: { ...inside({ a: 1 }), ProcessorConfig } }))).toEqual([]);
  });

  test('what the machine assigns, an inline map sees and a distributed one does not', () => {
    const reads = { StartAt: 'I', States: { I: { ...PASS, InputPath: '$a' } } };
    expect(lint(outside({ Type: 'Map', ItemProcessor: reads }))).toEqual([]);
    const ProcessorConfig = { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' };
    expect(lint(outside({ Type: 'Map', ItemProcessor: { ...reads, ProcessorConfig } }))).toEqual([
      "POSSIBLY_UNDEFINED_VARIABLE: Variable 'a' is possibly not defined. @ /States/X/ItemProcessor/States/I/InputPath",
    ]);
  });
});

describe('names', () => {
  test('of states: 80 characters, one of each in the whole machine, not empty', () => {
    const long = 's'.repeat(81);
    const definition = {
      StartAt: 'A',
      States: {
        A: { Type: 'Map', ItemProcessor: { StartAt: 'A', States: { A: PASS } }, Next: long },
        [long]: { Type: 'Pass', Next: '' },
        '': PASS,
      },
    };
    expect(saidOf(definition)).toEqual([
      'DUPLICATE_STATE_NAME: Duplicate State name: A @ /States/A/ItemProcessor/States/A',
      `INVALID_STATE_NAME: Invalid State name: ${long} exceeds the 80-character limit allowed by the service @ /States/${long}`,
      'INVALID_STATE_NAME: State name must not be empty @ /States/',
    ]);
  });

  test('of labels: one of each in the whole machine', () => {
    const map = { ...DISTRIBUTED, Label: 'L', End: undefined };
    const second = { ...map, ItemProcessor: { ...map.ItemProcessor, StartAt: 'Other', States: { Other: PASS } } };
    const definition = { StartAt: 'A', States: { A: { ...map, Next: 'B' }, B: { ...second, End: true } } };
    expect(saidOf(JSON.stringify(definition))).toEqual([
      'DUPLICATE_LABEL_NAME: Duplicate Label name: L @ /States/B/Label',
    ]);
  });

  test('that objects have by themselves', () => {
    const definition =
      '{"StartAt":"__proto__","States":{"__proto__":{"Type":"Pass","Next":"constructor"},"constructor":{"Type":"Pass","End":true}}}';
    expect(saidOf(definition)).toEqual([]);
  });
});

describe('transitions', () => {
  const missing = (to: string, at: string, field = 'Next') =>
    `MISSING_TRANSITION_TARGET: Missing '${field}' target: ${to} @ ${at}`;
  const unreachable = (name: string, at = `/States/${name}`) =>
    `MISSING_TRANSITION_TARGET: State "${name}" is not reachable. @ ${at}`;

  test('to states that are not there', () => {
    const states = {
      A: {
        Type: 'Task',
        Resource: ARN,
        Next: 'G1',
        Catch: [
          { ErrorEquals: ['States.ALL'], Next: 'C' },
          { ErrorEquals: ['E'], Next: 'G2' },
        ].reverse(),
      },
      C: {
        Type: 'Choice',
        Choices: [
          { Variable: '$.a', IsNull: true, Next: 'G3' },
          { Variable: '$.b', IsNull: true, Next: 'D' },
        ],
        Default: 'G4',
      },
      D: PASS,
    };
    expect(saidOf({ StartAt: 'A', States: states })).toEqual([
      missing('G1', '/States/A/Next'),
      missing('G2', '/States/A/Catch[0]/Next'),
      missing('G3', '/States/C/Choices[0]/Next'),
      missing('G4', '/States/C/Default'),
    ]);
  });

  test('as AWS says of a state that is missed and one that nothing leads to', () => {
    const definition = { StartAt: 'pass1', States: { pass1: { Type: 'Pass', Next: 'pass3' }, pass2: PASS } };
    const compiled = compileMachine(JSON.stringify(definition), 'STANDARD');
    expect(compiled.ok ? '' : createMessage(compiled.diagnostics)).toBe(
      "Invalid State Machine Definition: 'MISSING_TRANSITION_TARGET: Missing 'Next' target: pass3 at /States/pass1/Next, " +
        'MISSING_TRANSITION_TARGET: State "pass2" is not reachable. at /States/pass2\'',
    );
  });

  test('in a circle that nothing leads to', () => {
    const definition = {
      StartAt: 'A',
      States: { A: PASS, B: { Type: 'Pass', Next: 'C' }, C: { Type: 'Pass', Next: 'B' } },
    };
    expect(saidOf(definition)).toEqual([unreachable('B'), unreachable('C')]);
  });

  test('in graphs inside', () => {
    const ghost = { StartAt: 'I', States: { I: PASS, Ghost: PASS } };
    expect(said({ ...MAP, ItemProcessor: ghost })).toEqual([
      unreachable('Ghost', '/States/X/ItemProcessor/States/Ghost'),
    ]);
    expect(said({ Type: 'Parallel', Branches: [ghost], End: true })).toEqual([
      unreachable('Ghost', '/States/X/Branches[0]/States/Ghost'),
    ]);
  });

  test('out of a graph and into another are none', () => {
    const inner = { StartAt: 'I', States: { I: { Type: 'Pass', Next: 'X' } } };
    expect(said({ ...MAP, ItemProcessor: inner })).toEqual([missing('X', '/States/X/ItemProcessor/States/I/Next')]);
  });

  test('in circles are legal where there is an end', () => {
    const definition = {
      StartAt: 'A',
      States: {
        A: { Type: 'Choice', Choices: [{ Variable: '$.a', IsNull: true, Next: 'A' }], Default: 'B' },
        B: { Type: 'Succeed' },
      },
    };
    expect(saidOf(definition)).toEqual([]);
  });

  test('of a state that cannot be read are not guessed at', () => {
    const definition = { StartAt: 'A', States: { A: { Type: 'Pas', Next: 'B' }, B: PASS } };
    expect(saidOf(definition)).toEqual([
      "The field 'Type' should have one of these values: [Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map] @ /States/A/Type",
    ]);
  });
});

test('graphs within graphs, 51 deep', () => {
  let graph: JsonObject = { StartAt: 'S0', States: { S0: PASS } };
  for (let depth = 1; depth <= 51; depth += 1) {
    graph = { StartAt: `S${depth}`, States: { [`S${depth}`]: { ...MAP, ItemProcessor: graph } } };
  }
  const [first, ...more] = saidOf(graph);
  expect(more).toEqual([]);
  expect(first).toMatch(/^TOO_DEEPLY_NESTED: The states are too deeply nested @ (\/States\/S\d+\/ItemProcessor){51}$/);
});
