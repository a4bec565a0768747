/**
 * From a project to AWS documents: what the CLI publishes to Telar's server, and `telar deploy` writes as Terraform.
 *
 * I1. Pure: the same project and context give the same documents, byte for byte.
 * I2. Everything is checked by the parsers that the server itself uses: what comes out will be accepted.
 */
import { arn } from '../base/arn.ts';
import { describeProblems, parsePolicy } from '../definition/policy/parse.ts';
import { type FunctionDocuments, functionDocuments } from './functions.ts';
import { type GlueJob, type GlueJobRequest, glueJobRequest, glueJobRoleArn } from './glueJob.ts';
import { machineDefinition, machineRoleArn, type StateMachine } from './machines/stateMachine.ts';
import { mistake, must } from './mistake.ts';
import { type FunctionPermission, functionPermissions } from './permissions.ts';
import { type Pipeline, pipelineDefinition, pipelineRoleArn } from './pipeline.ts';
import type { PolicyDocument, Statement } from './policy.ts';
import type { CodeBundle, DataUpload, Project } from './project.ts';
import { inOrderOfNeed, type QueueDocuments, queueDocuments } from './queue.ts';
import { type S3Uri, s3Uri } from './references.ts';
import { iamArn, type Role, roleArn } from './roles.ts';
import { type RuleDocuments, ruleDocuments } from './rule.ts';
import { type Schedule, scheduleTargetArn } from './schedule.ts';
import { type Context, settle } from './scope.ts';
import { BUNDLE_FILE } from './steps/script.ts';
import { type TopicDocuments, topicDocuments } from './topic.ts';

export type RoleDocuments = {
  name: string;
  arn: string;
  description?: string;
  /** Who may assume it: AssumeRolePolicyDocument. */
  trustPolicy: PolicyDocument;
  /** Inline policies, for PutRolePolicy. */
  policies: { name: string; document: PolicyDocument }[];
};

export type PipelineDocuments = {
  name: string;
  arn: string;
  displayName?: string;
  description?: string;
  roleArn: string;
  /** The definition's JSON text. */
  definition: string;
  /** ParallelismConfiguration.MaxParallelExecutionSteps */
  maxParallelSteps?: number;
  /** Parameters of `telar run`, once the code bundle has a place. */
  startParameters: (codeBundleUri: S3Uri) => Readonly<Record<string, string>>;
};

export type StateMachineDocuments = {
  name: string;
  arn: string;
  type: 'STANDARD' | 'EXPRESS';
  roleArn: string;
  /** The definition's JSON text. */
  definition: string;
  /** Absent: nothing is logged. */
  loggingConfiguration?: {
    level: 'ALL' | 'ERROR' | 'FATAL';
    includeExecutionData: boolean;
    destinations: { cloudWatchLogsLogGroup: { logGroupArn: string } }[];
  };
  /** StartExecution's input of `telar run`, once the code bundle has a place: JSON text. */
  startInput: (codeBundleUri: S3Uri) => string;
};

/** Schedules of one project whose missed occurrences are dealt with alike. */
export type ScheduleGroupDocuments = { name: string; missed: 'run-once' | 'skip' };

export type ScheduleDocuments = {
  name: string;
  group: string;
  description?: string;
  expression: string;
  timeZone: string;
  /** ISO 8601. */
  start?: string;
  end?: string;
  flexibleMinutes?: number;
  /** Absent: as it is on the server, and at first it is. */
  enabled?: boolean;
  roleArn: string;
  targetArn: string;
  /** The target's input, once the code bundle has a place: JSON text. A pipeline has none. */
  input?: (codeBundleUri: S3Uri) => string;
  /** The pipeline's parameters. */
  parameters?: (codeBundleUri: S3Uri) => Readonly<Record<string, string>>;
};

export type GlueJobDocuments = {
  name: string;
  arn: string;
  /** Its script, then its libraries, relative to the project's folder. */
  files: readonly string[];
  /** CreateJob's input, once its files have keys. */
  request: (keyOf: (file: string) => string) => GlueJobRequest;
};

export type ProjectDocuments = {
  name: string;
  account: string;
  region: string;
  /** `events`: EventBridge is told of its objects. */
  bucket: { name: string; arn: string; events: boolean };
  roles: RoleDocuments[];
  modelPackageGroups: { name: string; arn: string; description?: string }[];
  pipelines: PipelineDocuments[];
  functions: FunctionDocuments[];
  /** Who may invoke them without a role. */
  permissions: FunctionPermission[];
  machines: StateMachineDocuments[];
  scheduleGroups: ScheduleGroupDocuments[];
  schedules: ScheduleDocuments[];
  glueJobs: GlueJobDocuments[];
  topics: TopicDocuments[];
  rules: RuleDocuments[];
  /** Dead-letter queues before those that need them. */
  queues: QueueDocuments[];
  data: readonly DataUpload[];
  code?: CodeBundle;
};

/**
 * All of a project's documents for an account and region.
 *
 * @throws when the account is not twelve digits, a policy does not parse, a pipeline or machine does not parse in this region
 *   (an image without a registry there), or startParameters names no parameter
 * @example projectDocuments(project, { account: '000000000000', region: 'eu-west-1' }).pipelines[0].definition
 */
export function projectDocuments(project: Project, context: Context): ProjectDocuments {
  const { account, region } = context;
  const subject = `project '${project.name}'`;
  must(/^\d{12}$/.test(account), subject, `'${account}' is no account id: give twelve digits`);
  must(/^[a-z]{2}(-[a-z]+)+-\d$/.test(region), subject, `'${region}' is no region: give one such as eu-west-1`);
  const functions = project.functions.map((fn) => functionDocuments(fn, context));
  const rules = project.rules.map((rule) => ruleDocuments(rule, context, project.bucket));
  const topics = project.topics.map((topic) => topicDocuments(topic, context));
  return {
    name: project.name,
    account,
    region,
    bucket: {
      ...{ name: project.bucket, arn: `arn:aws:s3:::${project.bucket}` },
      events: project.bucketEvents ?? false,
    },
    roles: project.roles.map((role) => roleDocuments(role, context)),
    modelPackageGroups: project.modelPackageGroups.map(({ name, description }) => ({
      name,
      arn: arn('sagemaker', region, account, `model-package-group/${name}`),
      ...(description && { description }),
    })),
    pipelines: project.pipelines.map((pipeline) => pipelineDocuments(project, pipeline, context)),
    functions,
    permissions: functionPermissions({ functions, rules, topics }),
    machines: project.machines.map((machine) => machineDocuments(project, machine, context)),
    scheduleGroups: scheduleGroups(project),
    schedules: project.schedules.map((schedule) => scheduleDocuments(project, schedule, context)),
    glueJobs: project.glueJobs.map((job) => glueJobDocuments(project, job, context)),
    rules,
    queues: inOrderOfNeed(project.queues).map((queue) => queueDocuments(queue, context)),
    topics,
    data: project.data,
    ...(project.code && { code: project.code }),
  };
}

/**
 * Where a version of a project's code bundle lies.
 *
 * @param version a commit's SHA, `<sha>-dirty-<hash>` or `manual-<hash>`
 * @example codeBundleKey(code, '6b221bb') // 'pipeline/code/6b221bb/pipeline_code.tar.gz'
 */
export function codeBundleKey(code: CodeBundle, version: string): string {
  return `${code.prefix}/${version}/${BUNDLE_FILE}`;
}

function pipelineDocuments(project: Project, pipeline: Pipeline, context: Context): PipelineDocuments {
  const { name, displayName, description, maxParallelSteps } = pipeline;
  const { bucket } = project;
  return {
    name,
    arn: arn('sagemaker', context.region, context.account, `pipeline/${name}`),
    ...(displayName && { displayName }),
    ...(description && { description }),
    roleArn: pipelineRoleArn(pipeline, context),
    definition: JSON.stringify(pipelineDefinition(pipeline, context)),
    ...(maxParallelSteps && { maxParallelSteps }),
    startParameters: (codeBundleUri) =>
      pipeline.startParameters({ bucket, codeBundleUri, uri: (key) => s3Uri(bucket, key) }),
  };
}

function machineDocuments(project: Project, machine: StateMachine, context: Context): StateMachineDocuments {
  const { name, type, logging } = machine;
  const { account, region } = context;
  const { bucket } = project;
  return {
    name,
    arn: arn('states', region, account, `stateMachine:${name}`),
    type,
    roleArn: machineRoleArn(machine, context),
    definition: JSON.stringify(machineDefinition(machine, context)),
    ...(logging && {
      loggingConfiguration: {
        level: logging.level,
        includeExecutionData: logging.includeExecutionData ?? false,
        destinations: [
          { cloudWatchLogsLogGroup: { logGroupArn: arn('logs', region, account, `log-group:${logging.logGroup}:*`) } },
        ],
      },
    }),
    startInput: (codeBundleUri) => machine.startInput({ bucket, codeBundleUri, uri: (key) => s3Uri(bucket, key) }),
  };
}

/** The group of a project's schedules, and the one of those whose missed occurrences are skipped. */
const groupOf = (project: Project, { missed }: Pick<Schedule, 'missed'>): string =>
  missed === 'skip' ? `${project.name}-skip` : project.name;

function scheduleGroups(project: Project): ScheduleGroupDocuments[] {
  const policies = [...new Set(project.schedules.map(({ missed }) => missed))].sort();
  return policies.map((missed) => ({ name: groupOf(project, { missed }), missed }));
}

function scheduleDocuments(project: Project, schedule: Schedule, context: Context): ScheduleDocuments {
  const { name, description, expression, timeZone, start, end, flexibleMinutes, enabled } = schedule;
  const { bucket } = project;
  const { writeInput, writeParameters } = schedule;
  const uploads = (codeBundleUri: S3Uri) => ({ bucket, codeBundleUri, uri: (key: string) => s3Uri(bucket, key) });
  return {
    ...{ name, group: groupOf(project, schedule), expression, timeZone },
    ...(description && { description }),
    ...(start && { start: new Date(start).toISOString() }),
    ...(end && { end: new Date(end).toISOString() }),
    ...(flexibleMinutes !== undefined && { flexibleMinutes }),
    ...(enabled !== undefined && { enabled }),
    roleArn: settle(roleArn(`schedule '${name}'`, schedule.role), context) as string,
    targetArn: scheduleTargetArn(schedule.target)(context),
    ...(writeInput && { input: (uri: S3Uri) => writeInput(uploads(uri)) }),
    ...(writeParameters && { parameters: (uri: S3Uri) => writeParameters(uploads(uri)) }),
  };
}

function glueJobDocuments(project: Project, job: GlueJob, context: Context): GlueJobDocuments {
  const { name, script, libraries = [] } = job;
  const role = glueJobRoleArn(job, context);
  return {
    name,
    arn: arn('glue', context.region, context.account, `job/${name}`),
    files: [script, ...libraries],
    request: (keyOf) => glueJobRequest(job, role, project.bucket, keyOf),
  };
}

function roleDocuments(role: Role, context: Context): RoleDocuments {
  const { name, description, service } = role;
  const policies = Object.entries(role.policies).map(([policy, statements]) => ({
    name: policy,
    document: policyDocument(`policy '${policy}' of role '${name}'`, statements, context),
  }));
  return {
    name,
    arn: iamArn(name)(context),
    ...(description && { description }),
    trustPolicy: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
    },
    policies,
  };
}

/** @throws when the document is one that IAM would refuse */
function policyDocument(subject: string, statements: readonly Statement[], context: Context): PolicyDocument {
  const document = settle({ Version: '2012-10-17', Statement: statements }, context);
  const parsed = parsePolicy(JSON.stringify(document), 'identity');
  if ('problems' in parsed) throw mistake(subject, describeProblems(parsed.problems));
  return document as PolicyDocument;
}
