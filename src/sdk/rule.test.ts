import { describe, expect, it } from 'vitest';
import {
  defineFunction,
  defineParameters,
  definePipeline,
  defineProject,
  defineRole,
  failStep,
  parameter,
  stateMachine,
  type Uploads,
} from './index.ts';
import { defineRule, type RuleOptions, ruleDocuments } from './rule.ts';

const context = { account: '123456789012', region: 'eu-west-1' };
const role = defineRole({ name: 'starter', service: 'events.amazonaws.com', policies: {} });
const runner = defineRole({ name: 'runner', service: 'states.amazonaws.com', policies: {} });
const machine = stateMachine({ name: 'training', role: runner, states: ({ succeed }) => ({ Done: succeed() }) });
const pipeline = definePipeline({
  ...{ name: 'build', role: 'arn:aws:iam::123456789012:role/p' as const },
  parameters: defineParameters({ Key: parameter.string() }),
  steps: [failStep({ name: 'fails', message: 'no' })],
});
const judge = defineFunction({ name: 'judge', file: 'judge.ts', role: 'arn:aws:iam::123456789012:role/f' });
const BUNDLE = 's3://data/code/1/pipeline_code.tar.gz';
const queue = 'arn:aws:sqs:eu-west-1:123456789012:q';
const rule = (given: Partial<RuleOptions>) =>
  defineRule({ name: 'r', schedule: 'rate(1 day)', targets: [{ machine, role }], ...given } as RuleOptions);

describe('rules', () => {
  it('become what PutRule and PutTargets take', () => {
    const documents = ruleDocuments(
      rule({
        ...{ description: 'when data come', schedule: undefined, missed: 'skip', enabled: false },
        pattern: { source: ['aws.s3'], detail: { object: { key: [{ prefix: 'raw/' }] } } },
        targets: [
          { machine, role, inputPath: '$.detail', retry: { attempts: 3, seconds: 60 }, deadLetterQueue: queue },
          { id: 'build', pipeline, role, parameters: { Key: '$.detail.object.key' } },
          { arn: queue, template: { paths: { key: '$.detail.object.key' }, text: '{"key":<key>}' } },
          { arn: queue, id: 'fixed', input: ({ codeBundleUri }) => ({ codeBundleUri }), messageGroup: 'g' },
        ],
      }),
      context,
      'data',
    );
    const RoleArn = 'arn:aws:iam::123456789012:role/starter';
    expect({ ...documents, targets: documents.targets(BUNDLE) }).toEqual({
      ...{ name: 'r', arn: 'arn:aws:events:eu-west-1:123456789012:rule/r' },
      rule: {
        ...{ Name: 'r', Description: 'when data come', State: 'DISABLED' },
        EventPattern: '{"source":["aws.s3"],"detail":{"object":{"key":[{"prefix":"raw/"}]}}}',
      },
      tags: [{ Key: 'telar:missed', Value: 'skip' }],
      targets: [
        {
          ...{ Id: 'target-1', Arn: 'arn:aws:states:eu-west-1:123456789012:stateMachine:training', RoleArn },
          ...{ InputPath: '$.detail', DeadLetterConfig: { Arn: queue } },
          RetryPolicy: { MaximumRetryAttempts: 3, MaximumEventAgeInSeconds: 60 },
        },
        {
          ...{ Id: 'build', Arn: 'arn:aws:sagemaker:eu-west-1:123456789012:pipeline/build', RoleArn },
          SageMakerPipelineParameters: { PipelineParameterList: [{ Name: 'Key', Value: '$.detail.object.key' }] },
        },
        {
          ...{ Id: 'target-3', Arn: queue },
          InputTransformer: { InputPathsMap: { key: '$.detail.object.key' }, InputTemplate: '{"key":<key>}' },
        },
        { Id: 'fixed', Arn: queue, Input: `{"codeBundleUri":"${BUNDLE}"}`, SqsParameters: { MessageGroupId: 'g' } },
      ],
    });
  });

  it('name functions of the project, and give pipelines what was uploaded', () => {
    const parameters = ({ codeBundleUri, bucket }: Uploads) => ({ Key: `${bucket} ${codeBundleUri}` });
    const targets = [{ function: judge, inputPath: '$.detail' }, { pipeline, role, parameters }, { function: judge }];
    const documents = ruleDocuments(rule({ targets }), context, 'data');
    const Arn = 'arn:aws:lambda:eu-west-1:123456789012:function:judge';
    expect(documents.targets(BUNDLE)).toMatchObject([
      { Id: 'target-1', Arn, InputPath: '$.detail' },
      { SageMakerPipelineParameters: { PipelineParameterList: [{ Name: 'Key', Value: `data ${BUNDLE}` }] } },
      { Id: 'target-3', Arn },
    ]);
    expect(() => rule({ targets: [{ pipeline, role, parameters: () => ({ Kye: 'x' }) }] })).toThrow(/parameter 'Kye'/);
  });

  it.each<[string, Partial<RuleOptions>, RegExp]>([
    ['a name', { name: 'a b' }, /the name may hold/],
    ['a schedule', { schedule: 'rate(1 days)' }, /is no schedule of a rule/],
    ['a pattern', { pattern: { a: [{ prefxi: 'x' }] } }, /the pattern is not valid: Unrecognized match type prefxi/],
    ['no targets', { targets: [] }, /one to 5 targets/],
    [
      'two of one id',
      {
        targets: [
          { arn: queue, id: 'a' },
          { arn: queue, id: 'a' },
        ],
      },
      /the same id/,
    ],
    [
      'a parameter that there is not',
      { targets: [{ pipeline, role, parameters: { Kye: 'x' } }] },
      /no parameter 'Kye'/,
    ],
  ])('are refused where they are written: %s', (_, given, message) => {
    expect(() => rule(given)).toThrow(message);
  });

  it('start what their project lists, as roles that it lists', () => {
    const project = { name: 'p', bucket: 'bucket', roles: [role, runner], machines: [machine] };
    expect(defineProject({ ...project, rules: [rule({})] }).rules).toHaveLength(1);
    expect(() => defineProject({ ...project, roles: [runner], rules: [rule({})] })).toThrow(/acts as role 'starter'/);
    expect(() => defineProject({ ...project, machines: [], rules: [rule({})] })).toThrow(/starts machine 'training'/);
    const builds = rule({ targets: [{ pipeline, role }] });
    expect(() => defineProject({ ...project, rules: [builds] })).toThrow(/starts pipeline 'build'/);
    const invokes = rule({ targets: [{ function: judge }] });
    expect(() => defineProject({ ...project, rules: [invokes] })).toThrow(/invokes function 'judge'.*`functions`/);
  });
});
