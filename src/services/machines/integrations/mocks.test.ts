import { describe, expect, it } from 'vitest';
import type { Json } from '../../../definition/asl/scope.ts';
import { validateMock } from './mocks.ts';
import { resource } from './testing.ts';

/** As recorded of AWS; the modes are those in which the sentence was given. */
describe('a mocked result that the API cannot give', () => {
  it.each<[string, Json, string]>([
    ['events:putEvents', { Entries: 'text' }, "Field 'Entries' must be an array"],
    ['events:putEvents', { Entries: [{ EventId: ['text'] }] }, "Field 'EventId' must be a string"],
    ['states:startExecution', { ExecutionArn: 'a', StartDate: true }, "Field 'StartDate' must be a string"],
    ['lambda:invoke', { StatusCode: '200' }, "Field 'StatusCode' must be a number"],
    ['aws-sdk:s3:getObject', { StorageClass: 'Papyrus' }, "Field 'StorageClass' is not an expected value"],
    ['aws-sdk:s3:getObject', { ContentLength: '9000' }, "Field 'ContentLength' must be a number"],
    ['aws-sdk:kms:encrypt', { CiphertextBlob: 123 }, "Field 'CiphertextBlob' must be a string"],
    ['aws-sdk:kms:encrypt', { CiphertextBlob: '' }, "Field 'CiphertextBlob' is smaller than the minimum length"],
    [
      'aws-sdk:lambda:getFunction',
      { Configuration: { MemorySize: 127 } },
      "Field 'MemorySize' is less than the minimum value",
    ],
    [
      'aws-sdk:lambda:getFunction',
      { Configuration: { MemorySize: 10241 } },
      "Field 'MemorySize' exceeds the maximum value",
    ],
    ['sagemaker:createModel', ['text'], 'The result must be an object'],
  ])('%s %j: %s', (text, result, wrong) => {
    for (const mode of ['STRICT', 'PRESENT'] as const)
      expect(validateMock(resource(text), result, mode)).toBe(`Mock result schema validation error: ${wrong}`);
    expect(validateMock(resource(text), result, 'NONE')).toBeUndefined();
  });

  it('lacks what is required, which only the strict mode wants', () => {
    const given = { executionArn: 'a', startDate: 'b' };
    expect(validateMock(resource('states:startExecution'), given, 'STRICT')).toBe(
      "Mock result schema validation error: Required field 'ExecutionArn' is missing",
    );
    expect(validateMock(resource('states:startExecution'), given, 'PRESENT')).toBeUndefined();
  });

  it('is, where a job is waited for, no description of it', () => {
    expect(validateMock(resource('sagemaker:createTrainingJob.sync'), { TrainingJobStatus: 'Done' }, 'PRESENT')).toBe(
      "Mock result schema validation error: Field 'TrainingJobStatus' is not an expected value",
    );
    expect(validateMock(resource('glue:startJobRun.sync'), { Attempt: 'first' }, 'STRICT')).toBe(
      "Mock result schema validation error: Field 'Attempt' must be a number",
    );
    expect(validateMock(resource('states:startExecution.sync'), { Output: {} }, 'PRESENT')).toBe(
      "Mock result schema validation error: Field 'Output' must be a string",
    );
  });
});

it('a mocked result deeper than the stack is refused', () => {
  let value: Json = { S: 'text' };
  for (let depth = 0; depth < 20_000; depth++) value = { L: [value] };
  expect(validateMock(resource('dynamodb:getItem'), { Item: { a: value } }, 'PRESENT')).toBe(
    'Mock result schema validation error: The result is nested too deeply',
  );
});

describe('a mocked result that will do', () => {
  it.each<[string, Json]>([
    ['events:putEvents', {}],
    ['events:putEvents', { random: 'json' }],
    ['events:putEvents', { Entries: [{ EventId: '356a192b-0000-4000-8000-000000000000' }] }],
    ['lambda:invoke', { pokemon: ['charizard'] }],
    ['lambda:invoke', { Payload: { any: ['json'] }, SdkHttpMetadata: { HttpStatusCode: 200 } }],
    ['dynamodb:putItem', { SdkHttpMetadata: { HttpStatusCode: 200 } }],
    ['states:startExecution.waitForTaskToken', 'whatever the token is answered with'],
    ['aws-sdk:unheardof:doIt', 'nothing is known of it'],
    ['ecs:runTask.sync', { Anything: 1 }],
    [
      'states:startExecution.sync:2',
      {
        ...{ ExecutionArn: 'a', StateMachineArn: 'm', Status: 'SUCCEEDED', StartDate: 'now', Output: { parsed: true } },
        Input: [1],
      },
    ],
  ])('%s %j', (text, result) => expect(validateMock(resource(text), result, 'STRICT')).toBeUndefined());

  it('is any result of a function or an activity', () => {
    expect(validateMock({ kind: 'lambda', arn: 'arn:aws:lambda:us-east-1:1:function:f' }, 7, 'STRICT')).toBeUndefined();
    expect(validateMock({ kind: 'activity', arn: 'a' }, 7, 'STRICT')).toBeUndefined();
  });
});
