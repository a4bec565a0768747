/**
 * Roles: who a pipeline and its jobs act as, and what they may do.
 *
 * I1. A role made by `pipelineRole` may read what it names, write under the prefixes it names, start the jobs it names, and
 *     pass itself to SageMaker. Nothing else.
 *
 * Mirrors https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html
 */
import { arn } from '../base/arn.ts';
import { mistake, must } from './mistake.ts';
import type { Statement } from './policy.ts';
import type { Ref } from './references.ts';
import type { Draft, Late } from './scope.ts';

export type Role = {
  readonly kind: 'role';
  readonly name: string;
  readonly description?: string;
  /** The AWS service that may assume it. */
  readonly service: `${string}.amazonaws.com`;
  /** Inline policies: name → statements. */
  readonly policies: { readonly [name: string]: readonly Statement[] };
};
export type RoleArn = `arn:aws:iam::${string}:role/${string}`;
/** A role of this project, the ARN of another one, or a reference to an ARN. */
export type RoleLike = Role | RoleArn | Ref<string>;

/**
 * A role with policies of your own. For a pipeline, `pipelineRole` writes them.
 *
 * @param options.service the AWS service that may assume it. @default 'sagemaker.amazonaws.com'
 * @throws when the name is not IAM's `[\w+=,.@-]{1,64}`
 * @example
 * defineRole({ name: 'reader', policies: { read: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/*' }] } })
 */
export function defineRole(options: Omit<Role, 'kind' | 'service'> & Partial<Pick<Role, 'service'>>): Role {
  must(
    /^[\w+=,.@-]{1,64}$/.test(options.name),
    `role '${options.name}'`,
    'the name may hold letters, digits and _+=,.@- only, at most 64',
  );
  return { kind: 'role', service: 'sagemaker.amazonaws.com', ...options };
}

/** The jobs that a pipeline's role may start, with the operations and resources that each needs. */
const JOBS = {
  processing: { operations: ['ProcessingJob'], resources: ['processing-job/pipelines-*'] },
  training: { operations: ['TrainingJob'], resources: ['training-job/pipelines-*'] },
  transform: {
    operations: ['TransformJob', 'Model'],
    resources: ['transform-job/pipelines-*', 'model/pipelines-*'],
  },
} as const;
export type JobKind = keyof typeof JOBS;

export type PipelineRoleOptions = {
  name: string;
  description?: string;
  /** The project's bucket. */
  bucket: string;
  /** Key patterns that jobs read: `curated/*`. What they write they may read too. */
  read: readonly string[];
  /** Key patterns that jobs write: `pipeline/runs/*`. */
  write: readonly string[];
  /** Jobs that the pipeline's steps start. @default ['processing', 'training'] */
  jobs?: readonly JobKind[];
  /** Model package groups that the pipeline registers models in. @default none */
  modelPackageGroups?: readonly { readonly name: string }[];
};

/**
 * A role with the least that a pipeline needs, for its jobs and for the pipeline itself.
 *
 * @throws when a pattern begins with a slash
 * @example
 * pipelineRole({ name: 'titanic-pipeline-role', bucket, read: ['curated/*', 'pipeline/code/*'], write: ['pipeline/runs/*'] })
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-access.html
 */
export function pipelineRole(options: PipelineRoleOptions): Role {
  const {
    name,
    description,
    bucket,
    read,
    write,
    jobs = ['processing', 'training'],
    modelPackageGroups = [],
  } = options;
  for (const pattern of [...read, ...write]) {
    must(
      !pattern.startsWith('/'),
      `role '${name}'`,
      `the key pattern '${pattern}' begins with a slash: S3 keys do not`,
    );
  }
  return defineRole({
    name,
    ...(description && { description }),
    policies: {
      data: dataStatements(bucket, read, write),
      jobs: [...jobStatements(jobs), ...registryStatements(modelPackageGroups), passRole(name)],
      observability: OBSERVABILITY,
      images: IMAGES,
    },
  });
}

/**
 * A role with the least that a Glue job needs. Its scripts and libraries, which `telar publish` uploads below `glue/`, it may read.
 *
 * @param options.read key patterns of the bucket: `raw/*`
 * @param options.write key patterns that it may write, read and remove: Spark replaces what it overwrites
 * @example glueRole({ name: 'titanic-glue', bucket, read: ['raw/*'], write: ['clean/*'] })
 */
export function glueRole(options: {
  name: string;
  bucket: string;
  read: readonly string[];
  write: readonly string[];
}): Role {
  const { name, bucket, read, write } = options;
  const removable = write.map((pattern) => `arn:aws:s3:::${bucket}/${pattern}`);
  return defineRole({
    name,
    service: 'glue.amazonaws.com',
    policies: {
      data: [
        ...dataStatements(bucket, [...read, 'glue/*'], write),
        { Sid: 'RemoveObjects', Effect: 'Allow', Action: 's3:DeleteObject', Resource: removable },
      ],
      logs: [
        {
          Sid: 'WriteLogs',
          Effect: 'Allow',
          Action: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
          Resource: ({ region, account }) => arn('logs', region, account, 'log-group:/aws-glue/*'),
        },
      ],
    },
  });
}

/** The ARN of a role; without one, the role of the pipeline being written. */
export function roleArn(subject: string, role: RoleLike | undefined): Draft {
  if (role === undefined) return ({ roleArn: own }) => own ?? noRole(subject);
  if (typeof role === 'string') return role;
  return 'kind' in role ? iamArn(role.name) : role;
}

export function iamArn(roleName: string): Late<string> {
  return ({ account }) => arn('iam', '', account, `role/${roleName}`);
}

function dataStatements(bucket: string, read: readonly string[], write: readonly string[]): Statement[] {
  const bucketArn = `arn:aws:s3:::${bucket}`;
  const objects = (patterns: readonly string[]) => patterns.map((pattern) => `${bucketArn}/${pattern}`);
  const readable = [...new Set([...read, ...write])];
  return [
    { Sid: 'LocateBucket', Effect: 'Allow', Action: 's3:GetBucketLocation', Resource: bucketArn },
    {
      Sid: 'ListBucket',
      Effect: 'Allow',
      Action: 's3:ListBucket',
      Resource: bucketArn,
      Condition: { StringLike: { 's3:prefix': readable } },
    },
    { Sid: 'ReadObjects', Effect: 'Allow', Action: 's3:GetObject', Resource: objects(readable) },
    {
      Sid: 'WriteObjects',
      Effect: 'Allow',
      Action: ['s3:PutObject', 's3:AbortMultipartUpload'],
      Resource: objects(write),
    },
  ];
}

function jobStatements(jobs: readonly JobKind[]): Statement[] {
  return jobs.map((kind) => ({
    Sid: `Run${kind.charAt(0).toUpperCase()}${kind.slice(1)}Jobs`,
    Effect: 'Allow',
    Action: [
      ...JOBS[kind].operations.flatMap((noun) => jobActions(noun)),
      'sagemaker:AddTags' as const,
      'sagemaker:ListTags' as const,
    ],
    Resource: JOBS[kind].resources.map(sagemakerArn),
  }));
}

function jobActions(noun: string): `sagemaker:${string}`[] {
  const verbs = noun === 'Model' ? ['Create', 'Describe'] : ['Create', 'Describe', 'Stop'];
  return verbs.map((verb) => `sagemaker:${verb}${noun}` as const);
}

function registryStatements(groups: readonly { readonly name: string }[]): Statement[] {
  if (groups.length === 0) return [];
  return [
    {
      Sid: 'RegisterModels',
      Effect: 'Allow',
      Action: [
        'sagemaker:CreateModelPackage',
        'sagemaker:DescribeModelPackage',
        'sagemaker:DescribeModelPackageGroup',
        'sagemaker:AddTags',
      ],
      Resource: groups.flatMap(({ name }) => [
        sagemakerArn(`model-package-group/${name}`),
        sagemakerArn(`model-package/${name}/*`),
      ]),
    },
  ];
}

function passRole(name: string): Statement {
  return {
    Sid: 'PassItselfToSageMaker',
    Effect: 'Allow',
    Action: 'iam:PassRole',
    Resource: iamArn(name),
    Condition: { StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' } },
  };
}

const OBSERVABILITY: readonly Statement[] = [
  {
    Sid: 'WriteLogs',
    Effect: 'Allow',
    Action: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams'],
    Resource: ({ region, account }) => arn('logs', region, account, 'log-group:/aws/sagemaker/*'),
  },
  {
    Sid: 'WriteMetrics',
    Effect: 'Allow',
    Action: 'cloudwatch:PutMetricData',
    Resource: '*',
    Condition: { StringLike: { 'cloudwatch:namespace': ['/aws/sagemaker/*', 'aws/sagemaker/*'] } },
  },
];

const IMAGES: readonly Statement[] = [
  { Sid: 'EnterRegistry', Effect: 'Allow', Action: 'ecr:GetAuthorizationToken', Resource: '*' },
  {
    Sid: 'PullImages',
    Effect: 'Allow',
    Action: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
    // Any account: the built-in images lie in AWS's own.
    Resource: ({ region }) => arn('ecr', region, '*', 'repository/*'),
  },
];

function sagemakerArn(resource: string): Late<string> {
  return ({ region, account }) => arn('sagemaker', region, account, resource);
}

function noRole(subject: string): never {
  throw mistake(subject, 'neither the step nor its pipeline has a role: give definePipeline a `role`');
}
