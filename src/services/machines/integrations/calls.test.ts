import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../definition/asl/scope.ts';
import { awsError } from '../../../protocol/errors.ts';
import { ATTEMPT, FACTS, iam, integrationsOf, logs, resource, s3, sagemaker, states } from './testing.ts';

const integrations = integrationsOf([s3, sagemaker, iam, logs, states]);
const on = (text: string) => integrations.resolve(resource(text));

function prepared(text: string, args: Json) {
  const { api, operation, input } = on(text).prepare(args, ATTEMPT, 'Parameters');
  return { call: `${api.name}:${operation.name}`, input: input as Record<string, unknown> };
}

/** The output of a request–response task. */
function output(text: string, args: Json, answer: object): Json {
  const integration = on(text);
  const answered = integration.answered(integration.prepare(args, ATTEMPT, 'Parameters'), answer, FACTS);
  expect(answered).toMatchObject({ kind: 'over', outcome: { ok: true } });
  return answered.kind === 'over' && answered.outcome.ok ? answered.outcome.output : null;
}

describe('arguments', () => {
  it("become the input by the model's names, at every depth", () =>
    expect(
      prepared('aws-sdk:cloudwatchlogs:putLogEvents', {
        LogGroupName: 'g',
        LogStreamName: 's',
        LogEvents: [{ Timestamp: 1, Message: 'm' }],
      }),
    ).toEqual({
      call: 'logs:PutLogEvents',
      input: { logGroupName: 'g', logStreamName: 's', logEvents: [{ timestamp: 1, message: 'm' }] },
    }));

  it('leave out null, as AWS does', () => {
    const input = prepared('states:startExecution', { StateMachineArn: 'arn', Name: 'n', Input: null }).input;
    expect(input).toEqual({ stateMachineArn: 'arn', name: 'n' });
  });

  it.each([
    ['states:startExecution', { a: [1] }, '{"a":[1]}'],
    ['states:startExecution', '{"a":1}', '{"a":1}'],
    ['states:startExecution', 7, '7'],
    ['aws-sdk:sfn:startExecution', { a: 1 }, '{"a":1}'],
  ])('of %s give JSON %j as text', (text, given, expected) =>
    expect(prepared(text, { StateMachineArn: 'arn', Name: 'n', Input: given }).input).toMatchObject({
      input: expected,
    }),
  );

  it.each([
    ['text data', '"text data"'],
    [{ Dict: 'Value' }, '{"Dict":"Value"}'],
    [['List', 'Data'], '["List","Data"]'],
    [0, '0'],
    ['', '""'],
  ])('that are a body, %j, are written as %s', (body, expected) => {
    const { input } = prepared('aws-sdk:s3:putObject', { Bucket: 'b', Key: 'k', Body: body });
    expect(Buffer.from(input['Body'] as Uint8Array).toString()).toBe(expected);
    expect(input['ContentType']).toBe('text/plain; charset=UTF-8');
  });

  it('that are a body of a type of its own keep it', () => {
    const given = { Bucket: 'b', Key: 'k', Body: {}, ContentType: 'application/json' };
    expect(prepared('aws-sdk:s3:putObject', given).input).toMatchObject({ ContentType: 'application/json' });
  });

  it.each([
    [{}, { ChecksumAlgorithm: 'CRC32' }],
    [{ ChecksumAlgorithm: 'SHA256' }, { ChecksumAlgorithm: 'SHA256' }],
    [{ ChecksumSHA1: 'digest' }, { ChecksumSHA1: 'digest' }],
  ])('with a body and %j vouch for it by %j', (given, expected) =>
    expect(prepared('aws-sdk:s3:putObject', { Bucket: 'b', Key: 'k', ...given }).input).toEqual({
      ...{ Bucket: 'b', Key: 'k', ...expected },
    }),
  );

  it('keep the names of maps', () =>
    expect(
      prepared('sagemaker:createTrainingJob', {
        TrainingJobName: 'j',
        HyperParameters: { maxDepth: '3', __proto__x: '1' },
      }).input,
    ).toEqual({ TrainingJobName: 'j', HyperParameters: { maxDepth: '3', __proto__x: '1' } }));

  it('read times', () =>
    expect(prepared('aws-sdk:sagemaker:listTrainingJobs', { CreationTimeAfter: '2026-11-27T08:00:00Z' }).input).toEqual(
      { CreationTimeAfter: new Date(FACTS.at) },
    ));

  it('that do not fit are all named', () =>
    expect(() =>
      prepared('aws-sdk:s3:putObject', { bucket: 'b', Key: 3, SSEKMSKeyId: 'k', Tagging: true, Metadata: { a: 1 } }),
    ).toThrow(
      expect.objectContaining({
        failure: {
          error: 'States.Runtime',
          cause: `The Parameters '{"bucket":"b","Key":3,"SSEKMSKeyId":"k","Tagging":true,"Metadata":{"a":1}}' could not be used to start the Task: [The field "bucket" is not supported by Step Functions, The value of the field 'Key' has an invalid format: a string is wanted, The field "SSEKMSKeyId" is not supported by Step Functions, The value of the field 'Tagging' has an invalid format: a string is wanted, The value of the field 'a' has an invalid format: a string is wanted]`,
        },
      }),
    ));

  it.each([
    ['states:startExecution', { StateMachineArn: 'a', TraceHeader: 't' }, /The field "TraceHeader" is not supported/],
    ['aws-sdk:cloudwatchlogs:putLogEvents', { LogEvents: [{ message: 'm' }] }, /The field "message" is not supported/],
    [
      'sagemaker:createTrainingJob',
      { ResourceConfig: { InstanceCount: '1' } },
      /'InstanceCount' .* a number is wanted/,
    ],
    ['sagemaker:createTrainingJob', { HyperParameters: { depth: [1] } }, /'depth' .* a string is wanted/],
    ['aws-sdk:sagemaker:addTags', { Tags: ['a'] }, /'Tags' .* an array is wanted/],
    ['aws-sdk:sagemaker:addTags', ['a'], /must be an object/],
  ])('of %s, %j, are refused', (text, args, message) => expect(() => prepared(text, args)).toThrow(message));

  it('that are deeper than the stack are refused', () => {
    let expression: Json = {};
    for (let depth = 0; depth < 20_000; depth++) expression = { SubExpressions: [expression] };
    expect(() =>
      prepared('aws-sdk:sagemaker:search', { Resource: 'TrainingJob', SearchExpression: expression }),
    ).toThrow('The Parameters are nested too deeply to start the Task.');
  });

  it('draw what the SDK would draw, the same again for the same attempt', () => {
    const token = (start: number) =>
      on('aws-sdk:sagemaker:createModelPackage').prepare({}, { ...ATTEMPT, start }, 'Parameters').input;
    expect(token(0)).toEqual(token(0));
    expect(token(0)).not.toEqual(token(1));
    expect(token(0)).toEqual({ ClientToken: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/) });
    expect(prepared('states:startExecution', { StateMachineArn: 'a' }).input['name']).toHaveLength(36);
  });
});

describe('results', () => {
  it('of the SDK have its names and times as text', () =>
    expect(
      output(
        'aws-sdk:sfn:startExecution',
        { StateMachineArn: 'a' },
        { executionArn: 'e', startDate: new Date(FACTS.at) },
      ),
    ).toEqual({ ExecutionArn: 'e', StartDate: '2026-11-27T08:00:00Z' }));

  it('of optimised integrations tell of the HTTP answer, as it would have been', () =>
    expect(
      output('states:startExecution', { StateMachineArn: 'a' }, { executionArn: 'e', startDate: new Date(FACTS.at) }),
    ).toEqual({
      ExecutionArn: 'e',
      StartDate: FACTS.at,
      SdkHttpMetadata: {
        AllHttpHeaders: {
          'Content-Length': ['43'],
          'Content-Type': ['application/x-amz-json-1.0'],
          Date: ['Fri, 27 Nov 2026 08:00:00 GMT'],
          connection: ['keep-alive'],
          'x-amzn-RequestId': ['request-1'],
        },
        HttpHeaders: {
          'Content-Length': '43',
          'Content-Type': 'application/x-amz-json-1.0',
          Date: 'Fri, 27 Nov 2026 08:00:00 GMT',
          connection: 'keep-alive',
          'x-amzn-RequestId': 'request-1',
        },
        HttpStatusCode: 200,
      },
      SdkResponseMetadata: { RequestId: 'request-1' },
    }));

  it.each([
    ['a stream', () => Readable.from([Buffer.from('text '), Buffer.from('data')])],
    ['bytes', () => Buffer.from('text data')],
  ])('hold an object that is %s as text', async (_, body) => {
    const integration = on('aws-sdk:s3:getObject');
    const answer = await integration.collect({ ETag: '"e"', ContentLength: 9, Metadata: {}, Body: body() });
    expect(output('aws-sdk:s3:getObject', { Bucket: 'b', Key: 'k' }, answer)).toEqual({
      ...{ Body: 'text data', ContentLength: 9, ETag: '"e"', Metadata: {} },
    });
  });

  it('do not grow over what a state may hold', async () => {
    const body = Readable.from(Array.from({ length: 5 }, () => Buffer.alloc(64 * 1024)));
    await expect(on('aws-sdk:s3:getObject').collect({ Body: body })).rejects.toMatchObject({
      failure: {
        error: 'States.DataLimitExceeded',
        cause:
          "The state/task 'arn:aws:states:::aws-sdk:s3:getObject' returned a result with a size exceeding the maximum number of bytes service limit.",
      },
    });
    expect(body.destroyed).toBe(true);
  });
});

describe('refused calls', () => {
  it.each([
    [
      'aws-sdk:s3:listObjects',
      awsError('NoSuchBucket', 'The specified bucket does not exist', 404),
      'S3.NoSuchBucketException',
      'The specified bucket does not exist (Service: S3, Status Code: 404, Request ID: r, Extended Request ID: r)',
    ],
    [
      'aws-sdk:s3:getObject',
      awsError('AccessDenied', 'Access Denied', 403),
      'S3.S3Exception',
      'Access Denied (Service: S3, Status Code: 403, Request ID: r, Extended Request ID: r)',
    ],
    [
      'aws-sdk:sfn:sendTaskSuccess',
      awsError('InvalidToken', "Invalid Token: 'Invalid token'"),
      'Sfn.InvalidTokenException',
      "Invalid Token: 'Invalid token' (Service: Sfn, Status Code: 400, Request ID: r) (SDK Attempt Count: 1)",
    ],
    [
      'aws-sdk:iam:getRole',
      awsError('NoSuchEntity', 'The role with name r cannot be found.', 404),
      'Iam.NoSuchEntityException',
      'The role with name r cannot be found. (Service: Iam, Status Code: 404, Request ID: r) (SDK Attempt Count: 1)',
    ],
    [
      'aws-sdk:sagemaker:createModel',
      awsError('AccessDeniedException', 'User: u is not authorized', 403),
      'SageMaker.SageMakerException',
      'User: u is not authorized (Service: SageMaker, Status Code: 400, Request ID: r) (SDK Attempt Count: 1)',
    ],
    [
      'states:startExecution',
      awsError('StateMachineDoesNotExist', "State Machine Does Not Exist: 'a'"),
      'StepFunctions.StateMachineDoesNotExistException',
      "State Machine Does Not Exist: 'a' (Service: AWSStepFunctions; Status Code: 400; Error Code: StateMachineDoesNotExist; Request ID: r; Proxy: null)",
    ],
    [
      'sagemaker:createTrainingJob.sync',
      awsError('ResourceLimitExceeded', 'Too many.'),
      'SageMaker.ResourceLimitExceededException',
      'Too many. (Service: AmazonSageMaker; Status Code: 400; Error Code: ResourceLimitExceeded; Request ID: r; Proxy: null)',
    ],
    [
      'sagemaker:createTrainingJob.sync',
      awsError('AccessDeniedException', 'User: u is not authorized', 403),
      'SageMaker.AmazonSageMakerException',
      'User: u is not authorized (Service: AmazonSageMaker; Status Code: 400; Error Code: AccessDeniedException; Request ID: r; Proxy: null)',
    ],
  ])('of %s, %s: %s', (text, refused, error, cause) => expect(on(text).failed(refused, 'r')).toEqual({ error, cause }));
});
