/** What starting a target by hand takes, and the command line that does the same. */
import { expect, it } from 'vitest';
import { startOf } from './startTarget.ts';

const at = (service: string, resource: string) => `arn:aws:${service}:us-east-1:000000000000:${resource}`;

it.each([
  [at('states', 'stateMachine:m'), '{}', 'states:StartExecution', /start-execution .*:stateMachine:m --input '\{\}'$/],
  [at('sagemaker', 'pipeline/p'), '', 'sagemaker:StartPipelineExecution', /--pipeline-name p$/],
  [
    at('sagemaker', 'pipeline/p'),
    '{"Depth": 3}',
    'sagemaker:StartPipelineExecution',
    /--pipeline-parameters '\[\{"Name":"Depth","Value":"3"\}\]'$/,
  ],
  [at('lambda', 'function:f:live'), '{}', 'lambda:InvokeFunction', /function:f:live --invocation-type Event/],
  [at('sns', 't'), 'it is late', 'sns:Publish', /--message 'it is late'$/],
  [at('sqs', 'q'), 'hello', 'sqs:SendMessage', /--queue-name q .* --message-body hello$/],
  [
    'arn:aws:scheduler:::aws-sdk:sfn:startExecution',
    '{}',
    'sfn:startExecution',
    /^aws stepfunctions start-execution --cli-input-json/,
  ],
])('%s', (arn, payload, operation, command) => {
  expect(startOf({ arn, payload })).toEqual({ operation, command: expect.stringMatching(command) });
});

it('does not offer what nobody can start by hand', () => {
  expect(startOf({ arn: at('logs', 'log-group:/aws/events/all'), payload: '' })).toBeUndefined();
});
