/**
 * Rules of EventBridge: what of the events that services tell starts a machine or a pipeline, or is sent on; or when something is
 * started by the clock. `telar publish` makes them, on the default event bus.
 *
 * Mirrors https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html and API_PutTargets.html
 */
import { arn } from '../base/arn.ts';
import { compilePattern } from '../definition/patterns/index.ts';
import { MISSED_TAG, type MissedPolicy } from '../definition/schedules/missed.ts';
import { parseSchedule } from '../definition/schedules/parse.ts';
import { functionArn, type LambdaFunction } from './functions.ts';
import type { StateMachine } from './machines/stateMachine.ts';
import { must } from './mistake.ts';
import type { Pipeline, Uploads } from './pipeline.ts';
import { type S3Uri, s3Uri } from './references.ts';
import { type Role, type RoleArn, roleArn } from './roles.ts';
import { type Context, type Draft, type Late, settle } from './scope.ts';

/** What a field may be: values, and operators such as `{ prefix: 'raw/' }`. */
export type Matches = readonly (string | number | boolean | null | Readonly<Record<string, unknown>>)[];
/** @example { source: ['aws.s3'], detail: { bucket: { name: ['titanic'] }, object: { key: [{ prefix: 'raw/' }] } } } */
export type EventPattern = { readonly [name: string]: Matches | EventPattern };

type Json = string | number | boolean | null | readonly Json[] | { readonly [member: string]: Json };

type Delivery = {
  /** @default 'target-1', 'target-2', … in order */
  id?: string;
  /** How often, and for how long in seconds, a failed delivery is tried again. @default AWS's: 185 times, a day */
  retry?: { attempts?: number; seconds?: number };
  /** The ARN of the queue that takes what could not be delivered. */
  deadLetterQueue?: string | Late<string>;
};
/** What a target is sent. @default the event */
type Input =
  | { input?: undefined; inputPath?: undefined; template?: undefined }
  /** The same each time. It may name what was uploaded. */
  | { input: Json | ((uploads: Uploads) => Json); inputPath?: undefined; template?: undefined }
  /** A part of the event: `$.detail`. */
  | { inputPath: string; input?: undefined; template?: undefined }
  /** A text with `<name>` where parts of the event go. */
  | { template: { paths?: Readonly<Record<string, string>>; text: string }; input?: undefined; inputPath?: undefined };

type Starter = { role: Role | RoleArn };
type Parameters = Readonly<Record<string, string>>;
export type RuleTarget =
  | ({ machine: StateMachine } & Starter & Input & Delivery)
  /** A parameter may be a path into the event, `$.detail.object.key`, or name what was uploaded. */
  | ({ pipeline: Pipeline; parameters?: Parameters | ((uploads: Uploads) => Parameters) } & Starter & Delivery)
  /** A function of the project: `telar publish` lets the rule invoke it. */
  | ({ function: LambdaFunction; role?: undefined } & Input & Delivery)
  /** A function, queue, topic, event bus or log group: of whoever the ARN names. Its own policy, or the role, must allow it. */
  | ({ arn: string | Late<string>; role?: Role | RoleArn; messageGroup?: string } & Input & Delivery);

export type RuleOptions = {
  name: string;
  description?: string;
  /** @default it is, until somebody disables it on the server */
  enabled?: boolean;
  targets: readonly RuleTarget[];
  /** What becomes of times that are missed while Telar's server is down; AWS's is never down. @default 'run-once' */
  missed?: MissedPolicy;
} & (
  | { pattern: EventPattern; schedule?: string }
  /** `rate(7 days)`, `cron(0 8 ? * MON *)`, in UTC. */
  | { schedule: string; pattern?: EventPattern }
);

export type Rule = RuleOptions & { readonly kind: 'rule' };

/** A rule as PutRule and PutTargets are asked for it. */
export type RuleDocuments = {
  name: string;
  arn: string;
  rule: {
    Name: string;
    Description?: string;
    EventPattern?: string;
    ScheduleExpression?: string;
    /** Absent: as it is on the server. */
    State?: 'ENABLED' | 'DISABLED';
  };
  /** `telar:missed`, if the project says it. */
  tags: { Key: string; Value: string }[];
  /** Once the code bundle has a place. */
  targets: (codeBundleUri: S3Uri) => RuleTargetDocument[];
};

export type RuleTargetDocument = {
  Id: string;
  Arn: string;
  RoleArn?: string;
  Input?: string;
  InputPath?: string;
  InputTransformer?: { InputPathsMap?: Record<string, string>; InputTemplate: string };
  SageMakerPipelineParameters?: { PipelineParameterList: { Name: string; Value: string }[] };
  SqsParameters?: { MessageGroupId: string };
  RetryPolicy?: { MaximumRetryAttempts?: number; MaximumEventAgeInSeconds?: number };
  DeadLetterConfig?: { Arn: string };
};

const MOST_TARGETS = 5;
/** Uploads whose places are not known yet: only the names of parameters are looked at. */
const NOWHERE: Uploads = { bucket: 'none', codeBundleUri: 's3://none/none', uri: (key) => s3Uri('none', key) };

/**
 * A rule, and what it starts.
 *
 * @throws when the pattern or schedule is none of EventBridge's, there are more than five targets, or a pipeline has no such parameter
 * @example
 * const weekly = defineRule({ name: 'titanic-weekly', schedule: 'rate(7 days)', targets: [{ machine: training, role: starter }] });
 * const arrived = defineRule({ name: 'titanic-arrived', targets: [{ machine: training, role: starter, inputPath: '$.detail' }],
 *   pattern: { source: ['aws.s3'], 'detail-type': ['Object Created'], detail: { object: { key: [{ prefix: 'raw/' }] } } } });
 */
export function defineRule(options: RuleOptions): Rule {
  const { name, pattern, schedule, targets } = options;
  const subject = `rule '${name}'`;
  must(/^[.\-_A-Za-z0-9]{1,64}$/.test(name), subject, 'the name may hold letters, digits and .-_ only, at most 64');
  const compiled = pattern && compilePattern(JSON.stringify(pattern));
  if (compiled && !compiled.ok) must(false, subject, `the pattern is not valid: ${compiled.reason.split('\n')[0]}`);
  const parsed = schedule === undefined ? undefined : parseSchedule(schedule, 'rules');
  must(
    !parsed || 'schedule' in parsed,
    subject,
    `'${schedule}' is no schedule of a rule: write rate(7 days) or cron(0 8 * * ? *)`,
  );
  must(targets.length > 0 && targets.length <= MOST_TARGETS, subject, `a rule has one to ${MOST_TARGETS} targets`);
  const ids = targets.map(({ id }, at) => id ?? `target-${at + 1}`);
  must(new Set(ids).size === ids.length, subject, 'two targets have the same id: rename one');
  for (const target of targets) if ('pipeline' in target) mustHaveParameters(subject, target);
  return { kind: 'rule', ...options };
}

function mustHaveParameters(
  subject: string,
  { pipeline, parameters = {} }: Extract<RuleTarget, { pipeline: Pipeline }>,
) {
  const known = new Set(Object.keys(pipeline.parameters));
  const given = typeof parameters === 'function' ? parameters(NOWHERE) : parameters;
  const unknown = Object.keys(given).find((name) => !known.has(name));
  must(unknown === undefined, subject, `pipeline '${pipeline.name}' has no parameter '${unknown}'`);
}

/** The roles that its targets are reached as, where they are of this project. */
export const rolesOf = ({ targets }: Rule): Role[] =>
  targets.flatMap(({ role }) => (typeof role === 'object' ? [role] : []));

/** @param bucket of the project */
export function ruleDocuments(rule: Rule, context: Context, bucket: string): RuleDocuments {
  const { name, description, pattern, schedule, enabled, missed, targets } = rule;
  return {
    name,
    arn: arn('events', context.region, context.account, `rule/${name}`),
    rule: {
      Name: name,
      ...(description !== undefined && { Description: description }),
      ...(pattern && { EventPattern: JSON.stringify(pattern) }),
      ...(schedule !== undefined && { ScheduleExpression: schedule }),
      ...(enabled !== undefined && { State: enabled ? 'ENABLED' : 'DISABLED' }),
    },
    tags: missed === undefined ? [] : [{ Key: MISSED_TAG, Value: missed }],
    targets(codeBundleUri) {
      const uploads = { bucket, codeBundleUri, uri: (key: string) => s3Uri(bucket, key) };
      return targets.map((target, at) => targetDocument(rule, target, at, context, uploads));
    },
  };
}

function targetDocument(
  rule: Rule,
  target: RuleTarget,
  at: number,
  context: Context,
  uploads: Uploads,
): RuleTargetDocument {
  const { id = `target-${at + 1}`, role, retry, deadLetterQueue } = target;
  const subject = `rule '${rule.name}'`;
  return {
    Id: id,
    Arn: targetArn(target, context),
    ...(role !== undefined && { RoleArn: settle(roleArn(subject, role), context) as string }),
    ...('pipeline' in target ? parametersOf(target.parameters, uploads) : inputOf(target, uploads)),
    ...('messageGroup' in target && target.messageGroup && { SqsParameters: { MessageGroupId: target.messageGroup } }),
    ...(retry && {
      RetryPolicy: {
        ...(retry.attempts !== undefined && { MaximumRetryAttempts: retry.attempts }),
        ...(retry.seconds !== undefined && { MaximumEventAgeInSeconds: retry.seconds }),
      },
    }),
    ...(deadLetterQueue !== undefined && { DeadLetterConfig: { Arn: settle(deadLetterQueue, context) as string } }),
  };
}

function targetArn(target: RuleTarget, context: Context): string {
  const { region, account } = context;
  if ('machine' in target) return arn('states', region, account, `stateMachine:${target.machine.name}`);
  if ('pipeline' in target) return arn('sagemaker', region, account, `pipeline/${target.pipeline.name}`);
  if ('function' in target) return settle(functionArn(target.function) as Draft, context) as string;
  return settle(target.arn as Draft, context) as string;
}

function parametersOf(given: Parameters | ((uploads: Uploads) => Parameters) = {}, uploads: Uploads) {
  const parameters = typeof given === 'function' ? given(uploads) : given;
  const PipelineParameterList = Object.entries(parameters).map(([Name, Value]) => ({ Name, Value }));
  return PipelineParameterList.length > 0 ? { SageMakerPipelineParameters: { PipelineParameterList } } : {};
}

function inputOf({ input, inputPath, template }: Input, uploads: Uploads) {
  if (input !== undefined) return { Input: JSON.stringify(typeof input === 'function' ? input(uploads) : input) };
  if (inputPath !== undefined) return { InputPath: inputPath };
  if (!template) return {};
  const { paths, text } = template;
  return { InputTransformer: { ...(paths && { InputPathsMap: { ...paths } }), InputTemplate: text } };
}
