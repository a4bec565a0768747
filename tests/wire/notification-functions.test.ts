/** Topics that invoke functions of this server: as SNS, which a function's own policy must let in. */
import { AddPermissionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CreateTopicCommand, PublishCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { functionRole, logged, makeFunction } from '../support/functions.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let sns: SNSClient;
let lambda: LambdaClient;

beforeAll(async () => {
  server = await startTestServer();
  sns = new SNSClient(server.client);
  lambda = new LambdaClient(server.client);
}, 60_000);
afterAll(async () => {
  sns.destroy();
  lambda.destroy();
  await server.close();
});

const HANDLER =
  "exports.handler = async ({ Records: [{ EventSource, Sns }] }) => console.log('told', EventSource, Sns.Subject, Sns.Message);";

it('a function is invoked with the record, once its policy lets the topic in; before, the dead-letter queue has the message', async () => {
  const sqs = new SQSClient(server.client);
  const TopicArn = (await sns.send(new CreateTopicCommand({ Name: 'alerts' }))).TopicArn!;
  const Role = await functionRole(server, 'told');
  const Endpoint = await makeFunction(lambda, { FunctionName: 'told', Role, files: { 'index.js': HANDLER } });
  const dead = 'arn:aws:sqs:us-east-1:000000000000:dead';
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: { Service: 'sns.amazonaws.com' },
      Action: 'sqs:SendMessage',
      Resource: dead,
    },
  });
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'dead', Attributes: { Policy } }));
  const Attributes = { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead }) };
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'lambda', Endpoint, Attributes }));
  await sns.send(new PublishCommand({ TopicArn, Message: 'too early' }));
  const { Messages } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20, MessageAttributeNames: ['All'] }),
  );
  expect(JSON.parse(Messages![0]!.Body!)).toMatchObject({ Message: 'too early' });
  expect(Messages![0]!.MessageAttributes!['ErrorMessage']!.StringValue).toContain('lambda:InvokeFunction');
  await lambda.send(
    new AddPermissionCommand({
      ...{ FunctionName: 'told', StatementId: 'sns', Action: 'lambda:InvokeFunction' },
      ...{ Principal: 'sns.amazonaws.com', SourceArn: TopicArn },
    }),
  );
  await sns.send(new PublishCommand({ TopicArn, Message: 'F1 fell', Subject: 'Gate' }));
  expect((await logged(server, 'told', /told aws:sns/)).join('\n')).toContain('told aws:sns Gate F1 fell');
  sqs.destroy();
}, 60_000);
