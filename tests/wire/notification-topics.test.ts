/** Topics, what may be published in them, and who may do it: through the official SDK. */

import { setTimeout as sleep } from 'node:timers/promises';
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import {
  AddPermissionCommand,
  CreateTopicCommand,
  DeleteTopicCommand,
  GetTopicAttributesCommand,
  ListTagsForResourceCommand,
  ListTopicsCommand,
  PublishBatchCommand,
  PublishCommand,
  RemovePermissionCommand,
  SetTopicAttributesCommand,
  SNSClient,
  SubscribeCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-sns';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/server.ts';
import { parsed, startSubscriber } from '../support/subscriber.ts';

let server: TestServer;
let sns: SNSClient;
let iam: IAMClient;

beforeAll(async () => {
  server = await startTestServer();
  sns = new SNSClient(server.client);
  iam = new IAMClient(server.client);
});
afterAll(async () => {
  sns.destroy();
  iam.destroy();
  await server.close();
});

const made = async (Name: string, Attributes: Record<string, string> = {}) =>
  (await sns.send(new CreateTopicCommand({ Name, Attributes }))).TopicArn!;
const attributesOf = async (TopicArn: string) =>
  (await sns.send(new GetTopicAttributesCommand({ TopicArn }))).Attributes!;
const invalid = (message: string) => ({ name: 'InvalidParameterException', message: `Invalid parameter: ${message}` });

describe('a topic', () => {
  it('is made once, described, listed and removed', async () => {
    const arn = await made('alerts', { DisplayName: 'Alerts' });
    expect(arn).toBe('arn:aws:sns:us-east-1:000000000000:alerts');
    expect(await made('alerts')).toBe(arn);
    await expect(made('alerts', { DisplayName: 'Others' })).rejects.toMatchObject(
      invalid('Attributes Reason: Topic already exists with different attributes'),
    );
    expect(await attributesOf(arn)).toMatchObject({
      ...{ TopicArn: arn, Owner: '000000000000', DisplayName: 'Alerts' },
      ...{ SubscriptionsPending: '0', SubscriptionsConfirmed: '0', SubscriptionsDeleted: '0' },
      Policy: expect.stringContaining('__default_policy_ID'),
      EffectiveDeliveryPolicy: expect.stringContaining('"numRetries":3'),
    });
    const { Topics } = await sns.send(new ListTopicsCommand({}));
    expect(Topics).toContainEqual({ TopicArn: arn });
    await sns.send(new DeleteTopicCommand({ TopicArn: arn }));
    await sns.send(new DeleteTopicCommand({ TopicArn: arn }));
    await expect(attributesOf(arn)).rejects.toMatchObject({
      name: 'NotFoundException',
      message: 'Topic does not exist',
    });
  });

  it('is listed page by page', async () => {
    const client = new SNSClient({ ...server.client, region: 'eu-west-1' });
    const names = Array.from({ length: 130 }, (_, nth) => `topic-${String(nth).padStart(3, '0')}`);
    for (const Name of names) await client.send(new CreateTopicCommand({ Name }));
    const first = await client.send(new ListTopicsCommand({}));
    const second = await client.send(new ListTopicsCommand({ NextToken: first.NextToken }));
    expect([first.Topics!.length, second.Topics!.length, second.NextToken]).toEqual([100, 30, undefined]);
    const listed = [...first.Topics!, ...second.Topics!].map(({ TopicArn }) => TopicArn!.split(':')[5]);
    expect(listed).toEqual(names);
    await expect(client.send(new ListTopicsCommand({ NextToken: 'guess' }))).rejects.toMatchObject(
      invalid('NextToken'),
    );
    client.destroy();
  });

  it.each([
    ['no name', {}, 'Topic Name'],
    ['x.fifo', {}, 'Topic Name'],
    ['x', { FifoTopic: 'true' }, /^Invalid parameter: Fifo Topic names must end with \.fifo/],
    ['x', { Colour: 'red' }, 'AttributeName'],
    ['x', { ContentBasedDeduplication: 'true' }, /ContentBasedDeduplication Reason: it is for FIFO topics/],
    ['x', { KmsMasterKeyId: 'alias/aws/sns' }, /KmsMasterKeyId Reason: Telar does not support it/],
    ['x', { HTTPSuccessFeedbackRoleArn: 'arn:aws:iam::000000000000:role/r' }, /Telar does not support it/],
    ['x', { SignatureVersion: '3' }, /SignatureVersion: Invalid value \[3\]/],
    ['x', { DisplayName: 'a\nBcc: all@example.com' }, /DisplayName: Invalid value/],
    ['x', { Policy: '{"Statement":[]}' }, /Policy Error: /],
    ['x', { Policy: ' '.repeat(31_000) }, /Policy Error: it is longer than 30720 characters/],
    ['x', { DeliveryPolicy: ' '.repeat(9000) }, /DeliveryPolicy: it is longer than 8192 characters/],
    ['x', { DeliveryPolicy: '{"http":{"defaultHealthyRetryPolicy":{"numRetries":-1}}}' }, /DeliveryPolicy: /],
  ])('named %s with %j is refused', async (name, attributes, message) => {
    const expected = typeof message === 'string' ? `Invalid parameter: ${message}` : expect.stringMatching(message);
    await expect(made(name, attributes as Record<string, string>)).rejects.toMatchObject({
      ...{ name: 'InvalidParameterException', message: expected },
    });
  });

  it('has tags', async () => {
    const arn = await made('tagged');
    await sns.send(
      new TagResourceCommand({
        ResourceArn: arn,
        Tags: [
          { Key: 'team', Value: 'data' },
          { Key: 'b', Value: '' },
        ],
      }),
    );
    await sns.send(new UntagResourceCommand({ ResourceArn: arn, TagKeys: ['b'] }));
    const { Tags } = await sns.send(new ListTagsForResourceCommand({ ResourceArn: arn }));
    expect(Tags).toEqual([{ Key: 'team', Value: 'data' }]);
    await expect(sns.send(new ListTagsForResourceCommand({ ResourceArn: `${arn}-gone` }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});

describe('a message that is refused', () => {
  const publish = (input: object) => async () =>
    sns.send(new PublishCommand({ TopicArn: await made('messages'), Message: 'Hello', ...input }));
  const attribute = (name: string, value: object) => ({
    MessageAttributes: { [name]: { DataType: 'String', ...value } },
  });

  it.each([
    ['empty', { Message: '' }, 'Invalid parameter: Empty message'],
    ['too long', { Message: 'x'.repeat(262_145) }, 'Invalid parameter: Message too long'],
    ['subject of two lines', { Subject: 'a\nb' }, 'Invalid parameter: Subject'],
    ['subject too long', { Subject: 'x'.repeat(101) }, 'Invalid parameter: Subject'],
    ['structure', { MessageStructure: 'xml' }, 'Invalid parameter: MessageStructure'],
    [
      'no JSON',
      { MessageStructure: 'json' },
      'Invalid parameter: Message Structure - JSON message body failed to parse',
    ],
    [
      'no default',
      { MessageStructure: 'json', Message: '{"sqs":"a"}' },
      'Invalid parameter: Message Structure - No default entry in JSON message body',
    ],
    ['no value', attribute('a', {}), "The message attribute 'a' with type 'String' must use field 'String'."],
    [
      'empty value',
      attribute('a', { StringValue: '' }),
      "The message attribute 'a' must contain non-empty message attribute value for message attribute type 'String'.",
    ],
    [
      'type',
      attribute('a', { DataType: 'Text', StringValue: 'b' }),
      "The message attribute 'a' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.",
    ],
    [
      'number',
      attribute('a', { DataType: 'Number', StringValue: 'b' }),
      "Could not cast message attribute 'a' value to number.",
    ],
    [
      'name',
      attribute('a..b', { StringValue: 'b' }),
      "Invalid parameter: Message attribute name can not have successive '.' characters.",
    ],
    [
      'deduplication',
      { MessageDeduplicationId: 'a' },
      'Invalid parameter: MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid for this topic type',
    ],
    [
      'no ARN',
      { TopicArn: 'topic' },
      'Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 1',
    ],
    ['no topic', { TopicArn: 'arn:aws:sns:us-east-1:000000000000:gone' }, 'Topic does not exist'],
    ['another region', { TopicArn: 'arn:aws:sns:eu-west-1:000000000000:messages' }, 'Invalid parameter: TopicArn'],
    [
      'phone',
      { TopicArn: undefined, PhoneNumber: '+34600000000' },
      'Invalid parameter: PhoneNumber Reason: Telar does not send text messages or mobile pushes. Give a TopicArn.',
    ],
  ])('%s', async (_, input, message) => {
    await expect(publish(input)()).rejects.toMatchObject({ message });
  });
});

describe('a batch', () => {
  it('publishes what is well and tells of what is not', async () => {
    const TopicArn = await made('batch');
    const answer = await sns.send(
      new PublishBatchCommand({
        TopicArn,
        PublishBatchRequestEntries: [
          { Id: 'one', Message: 'a' },
          { Id: 'two', Message: 'b', Subject: 'x\ny' },
          { Id: 'three', Message: 'c', MessageAttributes: { a: { DataType: 'Number', StringValue: '1' } } },
        ],
      }),
    );
    expect(answer).toMatchObject({
      Successful: [{ Id: 'one', MessageId: expect.stringMatching(/^[0-9a-f-]{36}$/) }, { Id: 'three' }],
      Failed: [{ Id: 'two', Code: 'InvalidParameter', Message: 'Invalid parameter: Subject', SenderFault: true }],
    });
  });

  it.each([
    ['EmptyBatchRequestException', []],
    [
      'TooManyEntriesInBatchRequestException',
      Array.from({ length: 11 }, (_, nth) => ({ Id: String(nth), Message: 'a' })),
    ],
    [
      'BatchEntryIdsNotDistinctException',
      [
        { Id: 'a', Message: 'a' },
        { Id: 'a', Message: 'b' },
      ],
    ],
    ['InvalidBatchEntryIdException', [{ Id: 'a b', Message: 'a' }]],
    ['BatchRequestTooLongException', ['a', 'b'].map((Id) => ({ Id, Message: 'x'.repeat(140_000) }))],
  ])('is refused as %s', async (name, PublishBatchRequestEntries) => {
    const TopicArn = await made('batch');
    await expect(sns.send(new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries }))).rejects.toMatchObject({
      name,
    });
  });
});

async function clientOf(UserName: string): Promise<SNSClient> {
  await iam.send(new CreateUserCommand({ UserName }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  const credentials = { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
  return new SNSClient({ ...server.client, credentials });
}

describe('who may publish', () => {
  it('is whom a policy of the user or of the topic allows, and the refusal says why', async () => {
    const arn = await made('guarded');
    const ana = await clientOf('ana');
    const publish = () => ana.send(new PublishCommand({ TopicArn: arn, Message: 'Hello' }));
    await expect(publish()).rejects.toMatchObject({
      name: 'AuthorizationErrorException',
      message: `User: arn:aws:iam::000000000000:user/ana is not authorized to perform: SNS:Publish on resource: ${arn} because no identity-based policy allows the SNS:Publish action`,
    });
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: {
        ...{ Sid: 'ana', Effect: 'Allow', Action: 'sns:Publish', Resource: arn },
        Principal: { AWS: 'arn:aws:iam::000000000000:user/ana' },
      },
    });
    await sns.send(new SetTopicAttributesCommand({ TopicArn: arn, AttributeName: 'Policy', AttributeValue: Policy }));
    await publish();
    // A statement by itself and a list of them are the same.
    await sns.send(new RemovePermissionCommand({ TopicArn: arn, Label: 'ana' }));
    await expect(publish()).rejects.toMatchObject({ name: 'AuthorizationErrorException' });
    ana.destroy();
  });

  it('is whom AddPermission names, until RemovePermission', async () => {
    const arn = await made('permitted');
    const permit = (input: object) =>
      sns.send(
        new AddPermissionCommand({
          ...{ TopicArn: arn, Label: 'all', AWSAccountId: ['000000000000'], ActionName: ['Publish'], ...input },
        }),
      );
    await permit({});
    const { Policy } = await attributesOf(arn);
    expect(JSON.parse(Policy!).Statement[1]).toEqual({
      ...{ Sid: 'all', Effect: 'Allow', Action: 'SNS:Publish', Resource: arn },
      Principal: { AWS: 'arn:aws:iam::000000000000:root' },
    });
    await expect(permit({})).rejects.toThrow('a statement labelled all exists already');
    await expect(permit({ Label: 'b', ActionName: ['Fly'] })).rejects.toThrow('action out of service scope');
    await expect(permit({ Label: 'b', AWSAccountId: ['me'] })).rejects.toThrow(
      "'me' is not an account's twelve digits",
    );
    await sns.send(new RemovePermissionCommand({ TopicArn: arn, Label: 'all' }));
    expect(JSON.parse((await attributesOf(arn))['Policy']!).Statement).toHaveLength(1);
  });

  it('may be bound to where a subscription leads', async () => {
    const arn = await made('bound');
    const ben = await clientOf('ben');
    const PolicyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: {
        ...{ Effect: 'Allow', Action: 'sns:Subscribe', Resource: '*' },
        Condition: { StringLike: { 'sns:Endpoint': '*@example.com', 'sns:Protocol': 'email' } },
      },
    });
    await iam.send(new PutUserPolicyCommand({ UserName: 'ben', PolicyName: 'mail', PolicyDocument }));
    const subscribe = (Endpoint: string) =>
      ben.send(new SubscribeCommand({ TopicArn: arn, Protocol: 'email', Endpoint }));
    await subscribe('ben@example.com');
    await expect(subscribe('ben@elsewhere.org')).rejects.toMatchObject({ name: 'AuthorizationErrorException' });
    ben.destroy();
  });
});

describe('a state machine', () => {
  it('publishes, as its role, and waits for whoever has the token', async () => {
    const arn = await made('machine');
    const endpoint = await startSubscriber();
    await sns.send(new SubscribeCommand({ TopicArn: arn, Protocol: 'http', Endpoint: endpoint.url }));
    await fetch(parsed((await endpoint.until(1))[0]!)['SubscribeURL']!);
    const { Role } = await iam.send(
      new CreateRoleCommand({
        RoleName: 'machine',
        AssumeRolePolicyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'states.amazonaws.com' } },
        }),
      }),
    );
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Action: 'SNS:Publish', Resource: arn, Principal: { AWS: Role!.Arn } },
    });
    await sns.send(new SetTopicAttributesCommand({ TopicArn: arn, AttributeName: 'Policy', AttributeValue: Policy }));
    const sfn = new SFNClient(server.client);
    const definition = JSON.stringify({
      StartAt: 'Ask',
      States: {
        Ask: {
          Type: 'Task',
          Resource: 'arn:aws:states:::sns:publish.waitForTaskToken',
          Parameters: { TopicArn: arn, Subject: 'Approve?', Message: { 'token.$': '$$.Task.Token' } },
          End: true,
        },
      },
    });
    const { stateMachineArn } = await sfn.send(
      new CreateStateMachineCommand({ name: 'ask', definition, roleArn: Role!.Arn }),
    );
    const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn }));
    const told = parsed((await endpoint.until(2))[1]!);
    expect(told['Subject']).toBe('Approve?');
    const { token } = JSON.parse(told['Message']!) as { token: string };
    await sfn.send(new SendTaskSuccessCommand({ taskToken: token, output: '{"approved":true}' }));
    let execution = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    while (execution.status === 'RUNNING') {
      await sleep(10);
      execution = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    }
    expect(execution).toMatchObject({ status: 'SUCCEEDED', output: '{"approved":true}' });
    sfn.destroy();
    await endpoint.close();
  });
});
