/**
 * From a project's documents to a Terraform module of all its stable resources. What runs make (jobs, executions, model packages,
 * objects) is not Terraform's.
 *
 * T1. Pure: the same documents and options give the same files, byte for byte.
 * T2. A plan shows every document whole, on the first day too: names and ARNs are written from what is known before anything
 *     exists (the bucket's variable, the caller's account), and order is said by depends_on.
 * T3. A definition is the one that `telar publish` sends, but for the bucket's name and the account's number.
 */
import { definitionsOf, machineBlocks, pipelineBlocks } from './definitions.ts';
import type { Settled } from './documents.ts';
import { functionBlocks } from './functions.ts';
import { AWS_PROVIDER } from './generated/awsProvider.ts';
import { glueJobBlocks } from './glueJobs.ts';
import { type Block, block, call, expression, hclFile, object, template, textProblem, type Value } from './hcl.ts';
import { identifiers } from './identifiers.ts';
import type { Places } from './places.ts';
import { queueBlocks } from './queues.ts';
import { remarksOf } from './remarks.ts';
import { attribute, inner, resource } from './resources.ts';
import { roleBlocks } from './roles.ts';
import { ruleBlocks } from './rules.ts';
import { scheduleBlocks } from './schedules.ts';
import { definitionTemplate } from './template.ts';
import { topicBlocks } from './topics.ts';
import { CODE_VARIABLE, namesCode, REGION, startWriting, TAGS, variableOf, type Writing } from './writing.ts';

export type Module = {
  /** Path → text. */
  readonly files: ReadonlyMap<string, string>;
  /** What a person should look at, in sentences. */
  readonly remarks: readonly string[];
};

const HEADER = "Written by 'telar export' from telar.config.ts: change the project and export it again.";
const BUNDLE_URI = '^s3://[a-z0-9][a-z0-9.-]+/[^"\\\\]+$';
const BUCKET_NAME = '^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$';

/** @param options.bucket the bucket's name where the plan names no other. @default the project's */
export function terraformModule(places: Places, options: { bucket?: string } = {}): Module {
  const { documents, split } = places;
  const writing = startWriting(places);
  const blocks: [string, Block[]][] = [
    ['versions.tf', [versions()]],
    ['variables.tf', variables(writing, options.bucket ?? documents.bucket.name)],
    ['main.tf', mainBlocks(writing)],
    ['bucket.tf', bucketBlocks(documents)],
    ['roles.tf', roleBlocks(writing)],
    ['registry.tf', groupBlocks(documents)],
    ['pipelines.tf', pipelineBlocks(writing)],
    ['functions.tf', functionBlocks(writing)],
    ['glue_jobs.tf', glueJobBlocks(writing)],
    ['queues.tf', queueBlocks(writing)],
    ['topics.tf', topicBlocks(writing)],
    ['machines.tf', machineBlocks(writing)],
    ['schedules.tf', scheduleBlocks(writing)],
    ['rules.tf', ruleBlocks(writing)],
    ['outputs.tf', outputs(writing)],
  ];
  const definitions = definitionsOf(documents).map(({ subject, path, definition }): [string, string] => {
    const problem = textProblem(definition);
    if (problem !== undefined) throw new Error(`The definition of ${subject} ${problem}.`);
    return [path, definitionTemplate(definition, split, (place) => variableOf(place, writing.names))];
  });
  const written = blocks
    .filter(([, of]) => of.length > 0)
    .map(([path, of]): [string, string] => [path, hclFile(HEADER, of)]);
  return { files: new Map([...written, ...definitions]), remarks: remarksOf(places) };
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

function variables(writing: Writing, bucket: string): Block[] {
  return [bucketVariable(bucket), ...(namesCode(writing) ? [codeVariable()] : [])];
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

function mainBlocks({ documents, names }: Writing): Block[] {
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

function bucketBlocks({ bucket: { events } }: Settled): Block[] {
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
    ...(events ? [resource('aws_s3_bucket_notification', 'data', { bucket, region: REGION, eventbridge: true })] : []),
  ];
}

function groupBlocks({ modelPackageGroups }: Settled): Block[] {
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

function codeVariable(): Block {
  const description =
    'Where the version of the code lies that schedules and rules run: what export --objects writes into code.tfvars.json.';
  // It stands in JSON texts: what would end one is no URI of a bundle.
  const valid = block('validation', [], {
    condition: call('can', call('regex', BUNDLE_URI, expression(`var.${CODE_VARIABLE}`))),
    error_message: "Give the s3:// URI of a code bundle, as 'telar export --objects' writes it.",
  });
  return block('variable', [CODE_VARIABLE], { description, type: expression('string') }, { blocks: [valid] });
}

type Named = readonly { readonly name: string }[];
type WithArn =
  | ('aws_iam_role' | 'aws_sagemaker_model_package_group' | 'aws_sagemaker_pipeline' | 'aws_sfn_state_machine')
  | ('aws_lambda_function' | 'aws_glue_job' | 'aws_sns_topic' | 'aws_sqs_queue')
  | ('aws_scheduler_schedule' | 'aws_cloudwatch_event_rule');

function outputs({ documents }: Writing): Block[] {
  const { roles, modelPackageGroups, pipelines, machines, schedules, rules } = documents;
  const { functions = [], glueJobs = [], topics = [], queues = [] } = documents;
  const where = (output: string, named: Named, type: WithArn) => (named.length > 0 ? [arns(output, named, type)] : []);
  return [
    block('output', ['bucket'], { value: attribute('aws_s3_bucket', 'data', 'bucket') }),
    arns('role_arns', roles, 'aws_iam_role'),
    arns('model_package_group_arns', modelPackageGroups, 'aws_sagemaker_model_package_group'),
    arns('pipeline_arns', pipelines, 'aws_sagemaker_pipeline'),
    arns('state_machine_arns', machines, 'aws_sfn_state_machine'),
    ...where('function_arns', functions, 'aws_lambda_function'),
    ...where('glue_job_arns', glueJobs, 'aws_glue_job'),
    ...where('topic_arns', topics, 'aws_sns_topic'),
    ...where('queue_arns', queues, 'aws_sqs_queue'),
    ...where('schedule_arns', schedules, 'aws_scheduler_schedule'),
    ...where('rule_arns', rules, 'aws_cloudwatch_event_rule'),
  ];
}

function arns(output: string, named: Named, type: WithArn): Block {
  const identifier = identifiers(named.map(({ name }) => name));
  const members = named.map(({ name }) => [name, attribute(type, identifier(name), 'arn')] as const);
  return block('output', [output], { value: object(Object.fromEntries(members)) });
}
