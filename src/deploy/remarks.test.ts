import { describe, expect, it } from 'vitest';
import type { Documents } from './documents.ts';
import { findPlaces } from './places.ts';
import { terraformModule } from './terraform.ts';

const module = (given: (account: string) => Partial<Documents>) =>
  terraformModule(
    findPlaces((account) => ({
      ...{ name: 'small', region: 'eu-west-1', bucket: { name: 'small-data' }, roles: [], modelPackageGroups: [] },
      ...{ machines: [], pipelines: [], ...given(account) },
    })),
  );
const remarks = (given: (account: string) => Partial<Documents>) => [...module(given).remarks];

const arnOf = (service: string, account: string, resource: string) =>
  `arn:aws:${service}:eu-west-1:${account}:${resource}`;
const allowing = (service: string, resource: string, more: object = {}) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: '*', Resource: resource, ...more }],
  });
const rule = (account: string, target: object) => ({
  ...{ name: 'r', arn: arnOf('events', account, 'rule/r'), rule: { ScheduleExpression: 'rate(1 day)' } },
  targets: () => [{ Id: 't', Arn: '', ...target }],
});

describe('a queue that a rule sends to', () => {
  const given =
    (policy: ((arn: string, source: string) => string) | undefined, target: object = {}) =>
    (account: string) => {
      const arn = arnOf('sqs', account, 'q');
      const attributes: Record<string, string> = policy
        ? { Policy: policy(arn, arnOf('events', account, 'rule/r')) }
        : {};
      return { queues: [{ name: 'q', arn, attributes }], rules: [rule(account, { Arn: arn, ...target })] };
    };
  const told =
    "Queue 'q' does not let rule 'r' in, on AWS as on Telar: say in its `policy` that events.amazonaws.com may sqs:SendMessage.";

  it('must let it in, itself', () => {
    expect(remarks(given(undefined))).toEqual([told]);
    expect(remarks(given((arn) => allowing('sns.amazonaws.com', arn)))).toEqual([told]);
    const from = (source: string) => ({ Condition: { ArnEquals: { 'aws:SourceArn': source } } });
    const policy = (arn: string, source: string) => allowing('events.amazonaws.com', arn, from(source));
    expect(remarks(given(policy))).toEqual([]);
    expect(remarks(given((arn, source) => policy(arn, `${source}-2`)))).toEqual([told]);
  });

  it('need not where the rule has a role, but for dead letters', () => {
    const RoleArn = 'arn:aws:iam::123456789012:role/theirs';
    expect(remarks(given(undefined, { RoleArn }))).toEqual([]);
    const lost = (account: string) => {
      const { queues, rules } = given(undefined)(account);
      const letters = { Arn: 'elsewhere', DeadLetterConfig: { Arn: queues[0]!.arn } };
      return { queues, rules: rules.map(() => rule(account, letters)) };
    };
    expect(remarks(lost)).toEqual([told]);
  });
});

describe('a topic', () => {
  const given = (attributes: Record<string, string>) => (account: string) => ({
    topics: [
      {
        ...{ name: 't', arn: arnOf('sns', account, 't'), attributes: {} },
        subscriptions: [{ protocol: 'https', endpoint: 'https://chat.example.com/x', attributes }],
      },
    ],
  });

  it('has no subscription on AWS whose format is Telar’s own', () => {
    const { files, remarks: told } = module(given({ TelarFormat: 'slack' }));
    expect(told).toEqual([expect.stringMatching(/^A subscription of topic 't' \(https\) is not written: .*'slack'/)]);
    expect(files.get('topics.tf')).not.toContain('chat.example.com');
    expect(module(given({})).files.get('topics.tf')).toContain('chat.example.com');
  });
});

describe('a bucket', () => {
  const pattern = (more: object) => (account: string) => ({
    rules: [
      {
        ...{ name: 'r', arn: arnOf('events', account, 'rule/r'), targets: () => [] },
        rule: { EventPattern: JSON.stringify({ detail: { bucket: { name: ['small-data', 'other'] } }, ...more }) },
      },
    ],
  });

  it('follows its variable where events of S3 name it', () => {
    const { files, remarks: told } = module(pattern({ source: ['aws.s3'] }));
    expect(told).toEqual([]);
    expect(files.get('rules.tf')).toContain('name = [var.bucket, "other"]');
  });

  it('stays where another event has something of its name, and is told of', () => {
    const { files, remarks: told } = module(pattern({ source: ['shop'] }));
    expect(told).toEqual([expect.stringMatching(/^The bucket 'small-data' is named in rule 'r' outside/)]);
    expect(files.get('rules.tf')).toContain('name = ["small-data", "other"]');
  });
});

it("names Telar's own account where an ARN is fixed to it", () => {
  const schedule = (targetArn: string) => () => ({
    schedules: [
      {
        ...{ name: 's', group: 'small', expression: 'rate(1 day)', timeZone: 'UTC', targetArn },
        roleArn: 'arn:aws:iam::123456789012:role/theirs',
      },
    ],
    scheduleGroups: [{ name: 'small' }],
  });
  expect(remarks(schedule('arn:aws:lambda:eu-west-1:000000000000:function:f'))).toEqual([
    expect.stringMatching(/^Account 000000000000 is named in schedule 's'/),
  ]);
  expect(remarks(schedule('arn:aws:lambda:eu-west-1:123456789012:function:f'))).toEqual([]);
});
