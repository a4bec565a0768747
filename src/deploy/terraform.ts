/**
 * From a project's documents to a Terraform module of its stable resources: the bucket, the roles with their policies, the
 * model package groups, the pipelines, the state machines with their log groups, the schedules. What runs make (jobs, executions, model packages, objects) is not Terraform's.
 *
 * T1. Pure: the same documents and options give the same files, byte for byte.
 * T2. A plan shows every document whole, on the first day too: names and ARNs are written from what is known before anything
 *     exists (the bucket's variable, the caller's account), and order is said by depends_on.
 * T3. A definition is the one that `telar publish` sends, but for the bucket's name and the account's number.
 */
import type { Documents, MachineDocument, PipelineDocument, RoleDocument, ScheduleDocument } from './documents.ts';
import { AWS_PROVIDER } from './generated/awsProvider.ts';
import {
  type Block,
  block,
  call,
  type Expression,
  expression,
  fromJson,
  hclFile,
  object,
  template,
  textProblem,
  type Value,
} from './hcl.ts';
import { identifiers } from './identifiers.ts';
import type { Parts, Place, Places } from './places.ts';
import { attribute, inner, resource } from './resources.ts';
import { definitionTemplate } from './template.ts';
import { unwritten } from './unwritten.ts';

export type Module = {
  /** Path → text. */
  readonly files: ReadonlyMap<string, string>;
  /** What a person should look at, in sentences. */
  readonly remarks: readonly string[];
};

const HEADER = "Written by 'telar export' from telar.config.ts: change the project and export it again.";
const BUCKET_NAME = '^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$';
const TAGS = expression('local.tags');
const REGION = expression('local.region');

type Names = { readonly role: (name: string) => string; readonly policy: (role: string, policy: string) => string };
type Writing = { readonly places: Places; readonly names: Names; readonly text: (value: string) => Value };

/** @param options.bucket the bucket's name where the plan names no other. @default the project's */
export function terraformModule(places: Places, options: { bucket?: string } = {}): Module {
  const { documents } = places;
  const names = namesOf(documents);
  const text = (value: string) => template(places.split(value).map((part) => hclPart(part, names)));
  const writing: Writing = { places, names, text };
  const files: [string, string][] = [
    ['versions.tf', hclFile(HEADER, [versions()])],
    ['variables.tf', hclFile(HEADER, [bucketVariable(options.bucket ?? documents.bucket.name)])],
    ['main.tf', hclFile(HEADER, mainBlocks(writing))],
    ['bucket.tf', hclFile(HEADER, bucketBlocks())],
  ];
  const roles = documents.roles.flatMap((role) => roleBlocks(writing, role));
  if (roles.length > 0) files.push(['roles.tf', hclFile(HEADER, roles)]);
  const groups = groupBlocks(documents);
  if (groups.length > 0) files.push(['registry.tf', hclFile(HEADER, groups)]);
  const pipelines = pipelineBlocks(writing);
  if (pipelines.length > 0) files.push(['pipelines.tf', hclFile(HEADER, pipelines)]);
  const machines = machineBlocks(writing);
  if (machines.length > 0) files.push(['machines.tf', hclFile(HEADER, machines)]);
  const schedules = scheduleBlocks(writing);
  if (schedules.length > 0) files.push(['schedules.tf', hclFile(HEADER, schedules)]);
  for (const { subject, path, definition } of definitionsOf(documents)) {
    const problem = textProblem(definition);
    if (problem !== undefined) throw new Error(`The definition of ${subject} ${problem}.`);
    files.push([path, definitionTemplate(definition, places.split, (place) => variableOf(place, names))]);
  }
  files.push(['outputs.tf', hclFile(HEADER, outputs(documents))]);
  return { files: new Map(files), remarks: remarksOf(places) };
}

function namesOf({ roles }: Documents): Names {
  const role = identifiers(roles.map(({ name }) => name));
  const key = (of: string, policy: string) => `${of} ${policy}`;
  const policy = identifiers(roles.flatMap(({ name, policies }) => policies.map((each) => key(name, each.name))));
  return { role, policy: (of, name) => policy(key(of, name)) };
}

/** A place's name among a definition's variables; `local` knows it by the same. */
function variableOf(place: Place, names: Names): string {
  return place.kind === 'role' ? `${names.role(place.name)}_arn` : place.kind;
}

function placeExpression(place: Place, names: Names): Expression {
  return expression(place.kind === 'bucket' ? 'var.bucket' : `local.${variableOf(place, names)}`);
}

function hclPart(part: string | Place, names: Names): string | Expression {
  return typeof part === 'string' ? part : placeExpression(part, names);
}

function versions(): Block {
  return block(
    'terraform',
    [],
    { required_version: '>= 1.5' },
    {
      blocks: [
        block('required_providers', [], {
          aws: object({ source: AWS_PROVIDER.source, version: AWS_PROVIDER.version }),
        }),
      ],
    },
  );
}

function bucketVariable(name: string): Block {
  const valid = block('validation', [], {
    condition: call('can', call('regex', BUCKET_NAME, expression('var.bucket'))),
    error_message: 'A bucket name has 3 to 63 lower-case letters, digits, dots and hyphens.',
  });
  const description =
    "The bucket of data, code and results. Bucket names are the whole world's: choose one that is free.";
  return block('variable', ['bucket'], { description, type: expression('string'), default: name }, { blocks: [valid] });
}

function mainBlocks({ places: { documents }, names }: Writing): Block[] {
  const arns = documents.roles.map(({ name }): [string, Value] => [
    `${names.role(name)}_arn`,
    template(['arn:aws:iam::', expression('local.account'), `:role/${name}`]),
  ]);
  const locals = {
    account: expression('data.aws_caller_identity.current.account_id'),
    region: documents.region,
    tags: object({ 'telar:project': documents.name }),
    ...Object.fromEntries(arns),
  };
  return [
    block('data', ['aws_caller_identity', 'current'], {}),
    block('locals', [], locals, {
      comment: 'Known before anything exists, so that a plan shows policies and definitions whole.',
    }),
  ];
}

function bucketBlocks(): Block[] {
  const bucket = attribute('aws_s3_bucket', 'data', 'bucket');
  return [
    resource('aws_s3_bucket', 'data', { bucket: expression('var.bucket'), region: REGION, tags: TAGS }),
    resource(
      'aws_s3_bucket_versioning',
      'data',
      { bucket, region: REGION },
      { blocks: [inner('aws_s3_bucket_versioning', 'versioning_configuration', { status: 'Enabled' })] },
    ),
    resource('aws_s3_bucket_public_access_block', 'data', {
      bucket,
      region: REGION,
      block_public_acls: true,
      block_public_policy: true,
      ignore_public_acls: true,
      restrict_public_buckets: true,
    }),
  ];
}

function roleBlocks({ names, text }: Writing, role: RoleDocument): Block[] {
  const { name, description, trustPolicy, policies } = role;
  const identifier = names.role(name);
  const roleName = attribute('aws_iam_role', identifier, 'name');
  const policyNames = policies.map((policy) =>
    attribute('aws_iam_role_policy', names.policy(name, policy.name), 'name'),
  );
  return [
    resource('aws_iam_role', identifier, {
      name,
      description: description && text(description),
      assume_role_policy: call('jsonencode', fromJson(trustPolicy, text)),
      tags: TAGS,
    }),
    ...policies.map((policy) =>
      resource('aws_iam_role_policy', names.policy(name, policy.name), {
        name: policy.name,
        role: roleName,
        policy: call('jsonencode', fromJson(policy.document, text)),
      }),
    ),
    resource(
      'aws_iam_role_policies_exclusive',
      identifier,
      { role_name: roleName, policy_names: policyNames },
      { comment: 'An inline policy that the project does not have is taken away.' },
    ),
  ];
}

function groupBlocks({ modelPackageGroups }: Documents): Block[] {
  const identifier = identifiers(modelPackageGroups.map(({ name }) => name));
  return modelPackageGroups.map(({ name, description }) =>
    resource('aws_sagemaker_model_package_group', identifier(name), {
      model_package_group_name: name,
      model_package_group_description: description,
      region: REGION,
      tags: TAGS,
    }),
  );
}

function pipelineBlocks(writing: Writing): Block[] {
  const { pipelines } = writing.places.documents;
  const identifier = identifiers(pipelines.map(({ name }) => name));
  return pipelines.map((pipeline) => pipelineBlock(writing, pipeline, identifier(pipeline.name)));
}

function pipelineBlock(writing: Writing, pipeline: PipelineDocument, identifier: string): Block {
  const { places, names, text } = writing;
  const { name, displayName = name, description, roleArn, definition, maxParallelSteps } = pipeline;
  const parallel = maxParallelSteps && { max_parallel_execution_steps: maxParallelSteps };
  return resource(
    'aws_sagemaker_pipeline',
    identifier,
    {
      pipeline_name: name,
      pipeline_display_name: displayName,
      pipeline_description: description,
      region: REGION,
      role_arn: text(roleArn),
      pipeline_definition: rendered(writing, pipelinePath(name), definition),
      tags: TAGS,
    },
    {
      blocks: parallel ? [inner('aws_sagemaker_pipeline', 'parallelism_configuration', parallel)] : [],
      dependsOn: permissionsOf(places.documents, names, roleArn, places.split),
    },
  );
}

/** A definition's template with its places set in; laid out otherwise, the file makes no difference. */
function rendered({ places, names }: Writing, path: string, definition: string): Value {
  const values = placesIn(places.split(definition)).map((place): [string, Value] => [
    variableOf(place, names),
    placeExpression(place, names),
  ]);
  const file = template([expression('path.module'), `/${path}`]);
  const text = call('templatefile', file, object(Object.fromEntries(values)));
  return call('jsonencode', call('jsondecode', text));
}

function machineBlocks(writing: Writing): Block[] {
  const { machines } = writing.places.documents;
  const identifier = identifiers(machines.map(({ name }) => name));
  const groups = [...new Set(machines.flatMap(logGroupsOf))];
  const bare = (name: string) => name.replace(/^\//, '');
  const groupIdentifier = identifiers(groups.map(bare));
  const group = (name: string) => groupIdentifier(bare(name));
  return [
    ...groups.map((name) => resource('aws_cloudwatch_log_group', group(name), { name, region: REGION, tags: TAGS })),
    ...machines.map((machine) => machineBlock(writing, machine, identifier(machine.name), group)),
  ];
}

function machineBlock(
  writing: Writing,
  machine: MachineDocument,
  identifier: string,
  group: (name: string) => string,
): Block {
  const { places, names, text } = writing;
  const { name, type, roleArn, definition, loggingConfiguration: logging } = machine;
  const blocks = (logging?.destinations ?? []).map(({ cloudWatchLogsLogGroup: { logGroupArn } }) =>
    inner('aws_sfn_state_machine', 'logging_configuration', {
      level: logging!.level,
      include_execution_data: logging!.includeExecutionData,
      log_destination: text(logGroupArn),
    }),
  );
  return resource(
    'aws_sfn_state_machine',
    identifier,
    {
      name,
      type,
      region: REGION,
      role_arn: text(roleArn),
      definition: rendered(writing, machinePath(name), definition),
      tags: TAGS,
    },
    {
      blocks,
      dependsOn: [
        ...permissionsOf(places.documents, names, roleArn, places.split),
        ...logGroupsOf(machine).map((logGroup) => expression(`aws_cloudwatch_log_group.${group(logGroup)}`)),
      ],
    },
  );
}

/** Stands for the code bundle's place, which changes with every version of the code. */
const CODE = 's3://telar-code-bundle/uri';

function scheduleBlocks(writing: Writing): Block[] {
  const { scheduleGroups = [], schedules = [] } = writing.places.documents;
  const group = identifiers(scheduleGroups.map(({ name }) => name));
  const identifier = identifiers(schedules.map(({ name }) => name));
  const texts = schedules.flatMap((one) => [one.input?.(CODE) ?? '', ...Object.values(one.parameters?.(CODE) ?? {})]);
  return [
    ...(texts.some((text) => text.includes(CODE)) ? [codeVariable()] : []),
    ...scheduleGroups.map(({ name }) =>
      resource('aws_scheduler_schedule_group', group(name), { name, region: REGION, tags: TAGS }),
    ),
    ...schedules.map((schedule) => scheduleBlock(writing, schedule, identifier(schedule.name), group(schedule.group))),
  ];
}

function codeVariable(): Block {
  const description =
    'Where the version of the code lies that schedules run: the s3:// URI that export --objects names in start/.';
  return block('variable', ['code_bundle_uri'], { description, type: expression('string') });
}

function scheduleBlock(writing: Writing, schedule: ScheduleDocument, identifier: string, group: string): Block {
  const { places, names, text } = writing;
  const { name, description, expression: when, timeZone, start, end, flexibleMinutes, enabled } = schedule;
  const coded = (whole: string): Value => {
    const pieces = whole.split(CODE).map((piece) => places.split(piece).map((part) => hclPart(part, names)));
    return template(pieces.flatMap((piece, at) => (at === 0 ? piece : [expression('var.code_bundle_uri'), ...piece])));
  };
  const parameters = Object.entries(schedule.parameters?.(CODE) ?? {}).map(([parameter, value]) =>
    block('pipeline_parameter', [], { name: parameter, value: coded(value) }),
  );
  const flexible = flexibleMinutes === undefined ? {} : { maximum_window_in_minutes: flexibleMinutes };
  const target = block(
    'target',
    [],
    {
      arn: text(schedule.targetArn),
      role_arn: text(schedule.roleArn),
      ...(schedule.input && { input: coded(schedule.input(CODE)) }),
    },
    { blocks: parameters.length > 0 ? [block('sagemaker_pipeline_parameters', [], {}, { blocks: parameters })] : [] },
  );
  const mode = flexibleMinutes === undefined ? 'OFF' : 'FLEXIBLE';
  return resource(
    'aws_scheduler_schedule',
    identifier,
    {
      name,
      region: REGION,
      group_name: attribute('aws_scheduler_schedule_group', group, 'name'),
      description,
      schedule_expression: when,
      schedule_expression_timezone: timeZone,
      // As the provider writes them.
      start_date: start?.replace('.000Z', 'Z'),
      end_date: end?.replace('.000Z', 'Z'),
      ...(enabled !== undefined && { state: enabled ? 'ENABLED' : 'DISABLED' }),
    },
    {
      blocks: [inner('aws_scheduler_schedule', 'flexible_time_window', { mode, ...flexible }), target],
      dependsOn: permissionsOf(places.documents, names, schedule.roleArn, places.split),
    },
  );
}

/** The names of the log groups that a machine logs into. */
function logGroupsOf({ loggingConfiguration }: MachineDocument): string[] {
  return (loggingConfiguration?.destinations ?? []).map(({ cloudWatchLogsLogGroup: { logGroupArn } }) =>
    logGroupArn.replace(/^.*?:log-group:/, '').replace(/:\*$/, ''),
  );
}

/** Of a role of the project: its policies, or itself where it has none. */
function permissionsOf({ roles }: Documents, names: Names, roleArn: string, split: Places['split']): Expression[] {
  const [place] = split(roleArn);
  if (typeof place !== 'object' || place.kind !== 'role') return [];
  const policies = roles.find(({ name }) => name === place.name)?.policies ?? [];
  if (policies.length === 0) return [expression(`aws_iam_role.${names.role(place.name)}`)];
  return policies.map(({ name }) => expression(`aws_iam_role_policy.${names.policy(place.name, name)}`));
}

/** Each place once, in the order of their names. */
function placesIn(parts: Parts): Place[] {
  const found = parts.filter((part) => typeof part !== 'string');
  const key = (place: Place) => (place.kind === 'role' ? `role ${place.name}` : place.kind);
  const once = new Map(found.map((place) => [key(place), place]));
  return [...once].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, place]) => place);
}

function outputs({ roles, modelPackageGroups, pipelines, machines, schedules = [] }: Documents): Block[] {
  const arns = (
    named: readonly { readonly name: string }[],
    type:
      | 'aws_iam_role'
      | 'aws_sagemaker_model_package_group'
      | 'aws_sagemaker_pipeline'
      | 'aws_sfn_state_machine'
      | 'aws_scheduler_schedule',
  ) => {
    const identifier = identifiers(named.map(({ name }) => name));
    return object(Object.fromEntries(named.map(({ name }) => [name, attribute(type, identifier(name), 'arn')])));
  };
  return [
    block('output', ['bucket'], { value: attribute('aws_s3_bucket', 'data', 'bucket') }),
    block('output', ['role_arns'], { value: arns(roles, 'aws_iam_role') }),
    block('output', ['model_package_group_arns'], {
      value: arns(modelPackageGroups, 'aws_sagemaker_model_package_group'),
    }),
    block('output', ['pipeline_arns'], { value: arns(pipelines, 'aws_sagemaker_pipeline') }),
    block('output', ['state_machine_arns'], { value: arns(machines, 'aws_sfn_state_machine') }),
    ...(schedules.length > 0
      ? [block('output', ['schedule_arns'], { value: arns(schedules, 'aws_scheduler_schedule') })]
      : []),
  ];
}

function pipelinePath(pipeline: string): string {
  return `pipelines/${pipeline}.json.tftpl`;
}

function machinePath(machine: string): string {
  return `machines/${machine}.asl.json.tftpl`;
}

function definitionsOf({ pipelines, machines }: Documents): { subject: string; path: string; definition: string }[] {
  return [
    ...pipelines.map(({ name, definition }) => ({
      ...{ subject: `pipeline '${name}'`, path: pipelinePath(name), definition },
    })),
    ...machines.map(({ name, definition }) => ({
      ...{ subject: `state machine '${name}'`, path: machinePath(name), definition },
    })),
  ];
}

function remarksOf({ documents, leftBehind }: Places): string[] {
  const texts: [string, string][] = [
    ...definitionsOf(documents).map(({ subject, definition }): [string, string] => [subject, definition]),
    ...documents.roles.flatMap(({ name, policies }) =>
      policies.map((policy): [string, string] => [
        `policy '${policy.name}' of role '${name}'`,
        JSON.stringify(policy.document),
      ]),
    ),
  ];
  const left = texts.flatMap(([subject, text]) =>
    leftBehind(text).map(
      (excerpt) =>
        `The bucket '${documents.bucket.name}' is named in ${subject} outside of an S3 URI or ARN (…${excerpt}): there it stays, whatever var.bucket is. Write it as s3://${documents.bucket.name}/… if it should follow.`,
    ),
  );
  return [...unwritten(documents), ...left];
}
