/** Lambda and Callback steps of pipelines, and functions as tasks of state machines, through the SDKs. */
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SageMaker } from '@aws-sdk/client-sagemaker';
import { SFN } from '@aws-sdk/client-sfn';
import { SQS } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { functionRole, makeFunction } from '../support/functions.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { pause } from '../support/workbench.ts';

let server: TestServer;
let lambda: LambdaClient;
let sagemaker: SageMaker;
let sqs: SQS;
let sfn: SFN;
let role: string;
beforeAll(async () => {
  server = await startTestServer();
  lambda = new LambdaClient(server.client);
  sagemaker = new SageMaker(server.client);
  sqs = new SQS(server.client);
  sfn = new SFN(server.client);
  role = await functionRole(server, 'functions');
}, 60_000);
afterAll(() => server.close());

let count = 0;
/** Runs a pipeline of these steps, and answers its execution. */
async function start(steps: readonly object[]): Promise<string> {
  const PipelineName = `functions-${++count}`;
  const PipelineDefinition = JSON.stringify({
    Version: '2020-12-01',
    Parameters: [{ Name: 'n', Type: 'Integer', DefaultValue: 20 }],
    Steps: steps,
  });
  await sagemaker.createPipeline({
    PipelineName,
    PipelineDefinition,
    RoleArn: role,
    ClientRequestToken: 'x'.repeat(32) + count,
  });
  const { PipelineExecutionArn } = await sagemaker.startPipelineExecution({ PipelineName });
  return PipelineExecutionArn!;
}

async function ended(PipelineExecutionArn: string) {
  for (;;) {
    const { PipelineExecutionStatus: status, FailureReason: reason } = await sagemaker.describePipelineExecution({
      PipelineExecutionArn,
    });
    const { PipelineExecutionSteps: steps = [] } = await sagemaker.listPipelineExecutionSteps({
      PipelineExecutionArn,
      SortOrder: 'Ascending',
    });
    if (status !== 'Executing' && status !== 'Stopping') return { status, reason, steps };
    await pause(20);
  }
}

const outputs = (...names: [string, string][]) => names.map(([OutputName, OutputType]) => ({ OutputName, OutputType }));
const get = (path: string) => ({ Get: path });

describe('a Lambda step', () => {
  it('gives its arguments to the function, and what that answers to later steps', async () => {
    const FunctionArn = await makeFunction(lambda, {
      ...{ FunctionName: 'doubles', Role: role },
      files: {
        'app.py':
          'def handler(event, context):\n    return {"doubled": event["n"] * 2, "word": "w" + str(event["n"]), "statusCode": 200}\n',
      },
    });
    const first = {
      Name: 'double',
      Type: 'Lambda',
      FunctionArn,
      Arguments: { n: get('Parameters.n') },
      OutputParameters: outputs(['doubled', 'Integer'], ['word', 'String']),
    };
    const again = {
      Name: 'again',
      Type: 'Lambda',
      FunctionArn,
      Arguments: { n: get("Steps.double.OutputParameters['doubled']") },
      OutputParameters: outputs(['doubled', 'Float']),
    };
    const { status, steps } = await ended(await start([first, again]));
    expect(status).toBe('Succeeded');
    expect(steps.map(({ Metadata }) => Metadata)).toEqual([
      {
        Lambda: {
          Arn: FunctionArn,
          OutputParameters: [
            { Name: 'doubled', Value: '40' },
            { Name: 'word', Value: 'w20' },
          ],
        },
      },
      { Lambda: { Arn: FunctionArn, OutputParameters: [{ Name: 'doubled', Value: '80' }] } },
    ]);
  });

  it('takes over what an earlier run gave back, if it may', async () => {
    const FunctionArn = await makeFunction(lambda, {
      ...{ FunctionName: 'counts', Role: role },
      files: { 'index.mjs': 'let count = 0;\nexport const handler = async () => ({ count: ++count });' },
    });
    const step = {
      Name: 'count',
      Type: 'Lambda',
      FunctionArn,
      Arguments: {},
      OutputParameters: outputs(['count', 'Integer']),
      CacheConfig: { Enabled: true, ExpireAfter: 'P1D' },
    };
    const arn = await start([step]);
    await ended(arn);
    const again = await sagemaker.startPipelineExecution({
      PipelineName: arn.split('/').at(-3)!,
      ClientRequestToken: 'y'.repeat(32),
    });
    const { steps } = await ended(again.PipelineExecutionArn!);
    expect(steps[0]).toMatchObject({ StepStatus: 'Succeeded', CacheHitResult: { SourcePipelineExecutionArn: arn } });
    expect(steps[0]!.Metadata!.Lambda!.OutputParameters).toEqual([{ Name: 'count', Value: '1' }]);
  });

  it.each([
    ['throws', 'raise KeyError("lost")', /answered with an error: .*KeyError/],
    ['lacks an output', 'return {"other": 1}', /The output parameter 'doubled' is missing/],
    [
      'gives an output of another type',
      'return {"doubled": 1.5}',
      /'doubled' is missing, or is not of the type Integer/,
    ],
  ])('fails when the function %s', async (name, body, says) => {
    const FunctionArn = await makeFunction(lambda, {
      ...{ FunctionName: `step-${name.replaceAll(' ', '-')}`, Role: role },
      files: { 'app.py': `def handler(event, context):\n    ${body}\n` },
    });
    const step = {
      Name: 'f',
      Type: 'Lambda',
      FunctionArn,
      Arguments: {},
      OutputParameters: outputs(['doubled', 'Integer']),
    };
    const { status, steps } = await ended(await start([step]));
    expect(status).toBe('Failed');
    expect(steps[0]!.FailureReason).toMatch(says);
  });
});

describe('a Callback step', () => {
  const callback = (SqsQueueUrl: string) => ({
    Name: 'ask',
    Type: 'Callback',
    SqsQueueUrl,
    Arguments: { n: get('Parameters.n') },
    OutputParameters: outputs(['verdict', 'String'], ['score', 'Float']),
  });
  async function received(QueueUrl: string) {
    const { Messages = [] } = await sqs.receiveMessage({ QueueUrl, WaitTimeSeconds: 10 });
    await sqs.deleteMessage({ QueueUrl, ReceiptHandle: Messages[0]!.ReceiptHandle });
    return JSON.parse(Messages[0]!.Body!) as { token: string; status: string };
  }

  it('waits for whoever has its message', async () => {
    const { QueueUrl } = await sqs.createQueue({ QueueName: 'callbacks' });
    const arn = await start([callback(QueueUrl!)]);
    const message = await received(QueueUrl!);
    expect(message).toEqual({
      token: expect.stringMatching(/^[a-z0-9]{10}$/),
      pipelineExecutionArn: arn,
      arguments: { n: 20 },
      status: 'Executing',
    });
    const { token: CallbackToken } = message;
    const bad = sagemaker.sendPipelineExecutionStepSuccess({
      CallbackToken,
      OutputParameters: [{ Name: 'verdict', Value: 'good' }],
    });
    await expect(bad).rejects.toMatchObject({ name: 'ValidationException' });
    const OutputParameters = [
      { Name: 'verdict', Value: 'good' },
      { Name: 'score', Value: '0.5' },
    ];
    const answer = await sagemaker.sendPipelineExecutionStepSuccess({ CallbackToken, OutputParameters });
    expect(answer.PipelineExecutionArn).toBe(arn);
    const { status, steps } = await ended(arn);
    expect({ status, metadata: steps[0]!.Metadata }).toEqual({
      status: 'Succeeded',
      metadata: { Callback: { CallbackToken, SqsQueueUrl: QueueUrl, OutputParameters } },
    });
    await expect(sagemaker.sendPipelineExecutionStepSuccess({ CallbackToken, OutputParameters })).rejects.toMatchObject(
      { name: 'ResourceNotFound' },
    );
  });

  it('fails with the reason that is given, also once it is asked to stop', async () => {
    const { QueueUrl } = await sqs.createQueue({ QueueName: 'stopping' });
    const arn = await start([callback(QueueUrl!)]);
    const { token } = await received(QueueUrl!);
    await sagemaker.stopPipelineExecution({ PipelineExecutionArn: arn, ClientRequestToken: 'z'.repeat(32) });
    expect(await received(QueueUrl!)).toMatchObject({ token, status: 'Stopping' });
    await sagemaker.sendPipelineExecutionStepFailure({ CallbackToken: token, FailureReason: 'cleared up' });
    const { steps } = await ended(arn);
    expect(steps[0]).toMatchObject({ StepStatus: 'Failed', FailureReason: 'cleared up' });
  });
});

describe('a task of a state machine', () => {
  it('hands its token to a function, which ends it', async () => {
    const FunctionName = await makeFunction(lambda, {
      ...{ FunctionName: 'token', Role: role },
      files: {
        'index.mjs': `import { SFNClient, SendTaskSuccessCommand } from '@aws-sdk/client-sfn';
export const handler = async ({ token, n }) => {
  await new SFNClient({}).send(new SendTaskSuccessCommand({ taskToken: token, output: JSON.stringify({ n: n + 1 }) }));
};`,
      },
    });
    const { IAMClient, UpdateAssumeRolePolicyCommand } = await import('@aws-sdk/client-iam');
    const trust = (Service: string[]) =>
      JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' }],
      });
    const PolicyDocument = trust(['lambda.amazonaws.com', 'states.amazonaws.com']);
    await new IAMClient(server.client).send(
      new UpdateAssumeRolePolicyCommand({ RoleName: 'functions', PolicyDocument }),
    );
    const Parameters = { FunctionName, Payload: { 'token.$': '$$.Task.Token', 'n.$': '$.n' } };
    const task = {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
      Parameters,
      TimeoutSeconds: 60,
      End: true,
    };
    const definition = JSON.stringify({ StartAt: 'Ask', States: { Ask: task } });
    const { stateMachineArn } = await sfn.createStateMachine({ name: 'tokens', definition, roleArn: role });
    const { executionArn } = await sfn.startExecution({ stateMachineArn, input: '{"n":1}' });
    for (;;) {
      const { status, output, cause } = await sfn.describeExecution({ executionArn });
      if (status === 'RUNNING') {
        await pause(20);
        continue;
      }
      expect({ status, output, cause }).toEqual({ status: 'SUCCEEDED', output: '{"n":2}', cause: undefined });
      break;
    }
  });
});
