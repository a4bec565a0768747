import { describe, expect, it } from 'vitest';
import { iam, integrationsOf, logs, resource, sagemaker, states, sts } from './testing.ts';

const integrations = integrationsOf(
  [sagemaker, iam, sts, logs, states],
  ['CreateEndpoint', 'CreateHyperParameterTuningJob'],
);
const refusal = (text: string) => integrations.supports(resource(text));
const unrecognized = (text: string) =>
  `The resource provided arn:aws:states:::${text} is not recognized. The value is not a valid resource ARN, or the resource is not available in this region.`;

describe('resources that run', () => {
  it.each([
    ...['aws-sdk:sagemaker:createModel', 'aws-sdk:sfn:startExecution', 'aws-sdk:iam:listMFADevices'],
    ...['aws-sdk:cloudwatchlogs:putLogEvents', 'aws-sdk:sts:getCallerIdentity'],
    ...['aws-sdk:sagemaker:createTrainingJob.waitForTaskToken', 'states:startExecution', 'states:startExecution.sync'],
    ...['states:startExecution.sync:2', 'states:startExecution.waitForTaskToken', 'sagemaker:createTrainingJob.sync'],
    ...['sagemaker:createProcessingJob', 'sagemaker:createTransformJob.sync', 'sagemaker:createModel'],
  ])('%s', (text) => expect(refusal(text)).toBeUndefined());

  it('has nothing against activities', () =>
    expect(integrations.supports({ kind: 'activity', arn: 'arn:aws:states:us-east-1:1:activity:a' })).toBeUndefined());
});

describe("what AWS does not know is refused in AWS's words", () => {
  it.each([
    ...['aws-sdk:sagemaker:makeModel', 'aws-sdk:sagemaker:CreateModel', 'aws-sdk:sagemaker:createTrainingJob.sync'],
    ...['dynamodb:query', 'sagemaker:createModel.sync', 'sagemaker:createTrainingJob.waitForTaskToken'],
    ...['sagemaker:createTrainingJob.sync:2', 'sqs:sendMessage.sync', 'events:putRule', 'quantum:leap'],
  ])('%s', (text) => expect(refusal(text)).toBe(unrecognized(text)));
});

describe('what Telar does not serve is refused by name', () => {
  const served = 'It serves: iam, logs, sagemaker, states, sts.';
  it.each([
    ['aws-sdk:dynamodb:putItem', `needs DynamoDb, which Telar does not serve. ${served}`],
    ['aws-sdk:quantum:leap', `needs quantum, which Telar does not serve. ${served}`],
    ['sqs:sendMessage.waitForTaskToken', `needs SQS, which Telar does not serve. ${served}`],
    ['dynamodb:putItem', `needs dynamodb, which Telar does not serve. ${served}`],
    ['glue:startJobRun.sync', `needs Glue, which Telar does not serve. ${served}`],
    [
      'sagemaker:createEndpoint',
      'needs sagemaker:CreateEndpoint, which Telar does not implement. See docs/support.md for what it serves.',
    ],
    [
      'aws-sdk:sagemaker:createEndpoint',
      'needs sagemaker:CreateEndpoint, which Telar does not implement. See docs/support.md for what it serves.',
    ],
  ])('%s', (text, expected) => expect(refusal(text)).toBe(`The resource arn:aws:states:::${text} ${expected}`));

  it('names a function whose API is missing', () =>
    expect(integrations.supports({ kind: 'lambda', arn: 'arn:aws:lambda:us-east-1:1:function:f' })).toMatch(
      /needs Lambda, which Telar does not serve/,
    ));

  it('refuses an execution that was begun before', () =>
    expect(() => integrations.resolve(resource('aws-sdk:kms:encrypt'))).toThrow(/needs Kms/));
});

it('serves an integration as soon as its API is there', () => {
  const sqs = {
    ...states,
    name: 'sqs',
    operations: new Map([['SendMessage', states.operations.get('StartExecution')!]]),
  };
  expect(integrationsOf([sqs]).supports(resource('sqs:sendMessage.waitForTaskToken'))).toBeUndefined();
});

it('wants the description of a job before it waits for one', () =>
  expect(
    integrationsOf([sagemaker], ['DescribeTrainingJob']).supports(resource('sagemaker:createTrainingJob.sync')),
  ).toBe(
    'The resource arn:aws:states:::sagemaker:createTrainingJob.sync needs sagemaker:DescribeTrainingJob, which Telar does not implement. See docs/support.md for what it serves.',
  ));
