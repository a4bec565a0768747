/** Rules of EventBridge and their targets: which events are sent on, to whom, and as what. */
import type { SettledRule, TargetDocument } from './documents.ts';
import { type Block, block, call, expression, fromJson, object, type Value } from './hcl.ts';
import { identifiers } from './identifiers.ts';
import { attribute, inner, resource } from './resources.ts';
import { REGION, TAGS, type Writing } from './writing.ts';

/** EventBridge's own. The provider sends a zero for the one that its block does not name. */
const RETRY = { attempts: 185, seconds: 86_400 };

export function ruleBlocks(writing: Writing): Block[] {
  const { rules } = writing.documents;
  const key = (rule: string, target: string) => `${rule} ${target}`;
  const identifier = identifiers(rules.map(({ name }) => name));
  const ofTarget = identifiers(rules.flatMap(({ name, targets }) => targets.map(({ Id }) => key(name, Id))));
  return rules.flatMap((rule) => [
    ruleBlock(writing, rule, identifier(rule.name)),
    ...rule.targets.map((target) =>
      targetBlock(writing, rule, target, ofTarget(key(rule.name, target.Id)), identifier(rule.name)),
    ),
  ]);
}

function ruleBlock(writing: Writing, { name, rule }: SettledRule, identifier: string): Block {
  const { Description, EventPattern, ScheduleExpression, State } = rule;
  return resource('aws_cloudwatch_event_rule', identifier, {
    name,
    ...(Description !== undefined && { description: writing.text(Description) }),
    region: REGION,
    schedule_expression: ScheduleExpression,
    ...(EventPattern !== undefined && { event_pattern: patternValue(writing, EventPattern) }),
    state: State,
    tags: TAGS,
  });
}

function targetBlock(
  writing: Writing,
  rule: SettledRule,
  target: TargetDocument,
  identifier: string,
  of: string,
): Block {
  const { text, waitsFor, letsIn } = writing;
  const { Id, Arn, RoleArn, Input, InputPath, DeadLetterConfig } = target;
  return resource(
    'aws_cloudwatch_event_target',
    identifier,
    {
      rule: attribute('aws_cloudwatch_event_rule', of, 'name'),
      region: REGION,
      target_id: Id,
      arn: text(Arn),
      ...(RoleArn !== undefined && { role_arn: text(RoleArn) }),
      ...(Input !== undefined && { input: text(Input) }),
      ...(InputPath !== undefined && { input_path: text(InputPath) }),
    },
    {
      blocks: targetBlocks(text, target),
      dependsOn: [...waitsFor(RoleArn, Arn, DeadLetterConfig?.Arn), ...letsIn(rule.arn, Arn)],
    },
  );
}

function targetBlocks(text: Writing['text'], target: TargetDocument): Block[] {
  const { InputTransformer, SageMakerPipelineParameters, SqsParameters, RetryPolicy, DeadLetterConfig } = target;
  const type = 'aws_cloudwatch_event_target';
  const paths = Object.entries(InputTransformer?.InputPathsMap ?? {}).map(
    ([name, path]) => [name, text(path)] as const,
  );
  return [
    ...(InputTransformer
      ? [
          inner(type, 'input_transformer', {
            ...(paths.length > 0 && { input_paths: object(Object.fromEntries(paths)) }),
            input_template: text(InputTransformer.InputTemplate),
          }),
        ]
      : []),
    ...(SageMakerPipelineParameters
      ? [inner(type, 'sagemaker_pipeline_target', {}, parameterBlocks(text, SageMakerPipelineParameters))]
      : []),
    ...(SqsParameters ? [inner(type, 'sqs_target', { message_group_id: text(SqsParameters.MessageGroupId) })] : []),
    ...(RetryPolicy
      ? [
          inner(type, 'retry_policy', {
            maximum_event_age_in_seconds: RetryPolicy.MaximumEventAgeInSeconds ?? RETRY.seconds,
            maximum_retry_attempts: RetryPolicy.MaximumRetryAttempts ?? RETRY.attempts,
          }),
        ]
      : []),
    ...(DeadLetterConfig ? [inner(type, 'dead_letter_config', { arn: text(DeadLetterConfig.Arn) })] : []),
  ];
}

function parameterBlocks(
  text: Writing['text'],
  { PipelineParameterList }: NonNullable<TargetDocument['SageMakerPipelineParameters']>,
): Block[] {
  return PipelineParameterList.map(({ Name, Value }) =>
    block('pipeline_parameter_list', [], { name: Name, value: text(Value) }),
  );
}

/** Stands for the bucket's name, in no pattern that anybody writes. */
const BUCKET = '\0bucket';

function patternValue({ documents, text }: Writing, pattern: string): Value {
  const marked = JSON.parse(markedPattern(pattern, documents.bucket.name)) as unknown;
  return call(
    'jsonencode',
    fromJson(marked, (value) => (value === BUCKET ? expression('var.bucket') : text(value))),
  );
}

/** A pattern with a mark where events of S3 name their bucket, if it is this one: there it follows its variable. */
export function markedPattern(pattern: string, bucket: string): string {
  const whole = JSON.parse(pattern) as { source?: unknown; detail?: { bucket?: { name?: unknown } } };
  const names = whole.detail?.bucket?.name;
  if (!Array.isArray(names) || !Array.isArray(whole.source) || !whole.source.includes('aws.s3')) return pattern;
  const name = names.map((each: unknown) => (each === bucket ? BUCKET : each));
  return JSON.stringify({ ...whole, detail: { ...whole.detail, bucket: { ...whole.detail?.bucket, name } } });
}
