/** What is said of the states that work: Task with its guards, Parallel, Map. */
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../scope.ts';
import {
  ARN,
  DISTRIBUTED,
  exactly,
  GRAPH,
  INLINE,
  MAP,
  oneOf,
  only,
  other,
  type Row,
  required,
  rows,
  said,
  TASK,
  unknown,
} from './testing.ts';

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
    'a target beside what is no catcher',
    { ...TASK, Catch: ['', { ErrorEquals: ['A'], Next: 'Y' }] },
    'Expected value of type Object @ /States/X/Catch[0]',
    "MISSING_TRANSITION_TARGET: Missing 'Next' target: Y @ /States/X/Catch[1]/Next",
  ],
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
