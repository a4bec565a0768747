/**
 * Projects: the stable resources of one machine-learning system, and the uploads that its runs begin with. Plain data:
 * nothing here reads a file or calls AWS; the CLI and `telar deploy` do.
 */
import type { LambdaFunction } from './functions.ts';
import type { GlueJob } from './glueJob.ts';
import type { StateMachine } from './machines/stateMachine.ts';
import { must } from './mistake.ts';
import { mustBePackages } from './packages.ts';
import type { Pipeline } from './pipeline.ts';
import type { Queue } from './queue.ts';
import type { Role } from './roles.ts';
import { type Rule, rolesOf } from './rule.ts';
import type { Schedule } from './schedule.ts';
import type { ModelPackageGroup } from './steps/model.ts';
import type { Topic } from './topic.ts';

/** One local file, uploaded as it is. */
export type FileUpload = { readonly kind: 'file'; readonly file: string; readonly key: string };
/** A CSV file whose first rows become `train` and the rest `validation`, each with the header. */
export type CsvSplit = {
  readonly kind: 'splitCsv';
  readonly file: string;
  readonly at: number;
  readonly train: string;
  readonly validation: string;
};
/** Packages of npm that the project has installed, each file below `<prefix>/<package>/`. */
export type PackageUpload = {
  readonly kind: 'packages';
  readonly packages: readonly string[];
  readonly prefix: string;
};
export type DataUpload = FileUpload | CsvSplit | PackageUpload;

/** Files that become `<prefix>/<version>/pipeline_code.tar.gz`. */
export type CodeBundle = {
  readonly kind: 'codeBundle';
  /** Relative to the project's folder, the one of telar.config.ts. */
  readonly folder: string;
  /** Files and folders of `folder`, by their paths in it. */
  readonly include: readonly string[];
  readonly prefix: string;
};

/** What `telar predict` does with a file: a batch transform with the newest approved version of a group. */
export type Prediction = {
  readonly group: ModelPackageGroup;
  /** Whom the model acts as: it reads the model and what lies under `prefix`, and writes there. */
  readonly role: Role;
  /** Where files and predictions are put, in the project's bucket. @default 'predictions/files' */
  readonly prefix?: string;
};

export type Project = {
  readonly kind: 'project';
  readonly name: string;
  /** @default the region that the CLI is given */
  readonly region?: string;
  readonly bucket: string;
  /** Whether EventBridge is told of what becomes of the bucket's objects, so that rules can start by it. @default false */
  readonly bucketEvents?: boolean;
  readonly roles: readonly Role[];
  readonly modelPackageGroups: readonly ModelPackageGroup[];
  readonly pipelines: readonly Pipeline[];
  readonly functions: readonly LambdaFunction[];
  readonly machines: readonly StateMachine[];
  readonly schedules: readonly Schedule[];
  readonly glueJobs: readonly GlueJob[];
  readonly topics: readonly Topic[];
  readonly rules: readonly Rule[];
  readonly queues: readonly Queue[];
  readonly data: readonly DataUpload[];
  readonly code?: CodeBundle;
  /** @default none: `telar predict` says what is missing */
  readonly predict?: Prediction;
};

/**
 * Uploads one file.
 *
 * @param options.file relative to the project's folder
 * @param options.key the object's key in the project's bucket
 * @example uploadFile({ file: 'data/prices.csv', key: 'curated/prices.csv' })
 */
export function uploadFile(options: { file: string; key: string }): FileUpload {
  mustBeKey(options.key);
  return { kind: 'file', ...options };
}

/**
 * Splits a CSV file in file order: of n rows the first ⌊n·at⌋ go to `train`, the rest to `validation`, the header to both.
 *
 * @param options.file relative to the project's folder
 * @param options.at the share of rows that train, between 0 and 1
 * @throws when `at` is not between 0 and 1, or both keys are the same
 * @example splitCsv({ file: 'titanic.csv', at: 0.8, train: 'curated/train.csv', validation: 'curated/validation.csv' })
 */
export function splitCsv(options: Omit<CsvSplit, 'kind'>): CsvSplit {
  const subject = `splitCsv of '${options.file}'`;
  must(options.at > 0 && options.at < 1, subject, `at is ${options.at}: give a share between 0 and 1, such as 0.8`);
  must(options.train !== options.validation, subject, 'train and validation are the same key: give two');
  mustBeKey(options.train);
  mustBeKey(options.validation);
  return { kind: 'splitCsv', ...options };
}

/**
 * Uploads packages of npm and all that they depend on, for jobs in TypeScript that mount the prefix where Node.js looks for packages.
 *
 * @param options.packages names of packages that are installed in the project, of the platform that runs the jobs
 * @param options.prefix where they lie; another version wants another one
 * @throws when nothing is named, or a name is none of npm's
 * @example uploadPackages({ packages: ['@duckdb/node-api'], prefix: 'pipeline/packages/duckdb-1.5.6' })
 */
export function uploadPackages(options: Omit<PackageUpload, 'kind'>): PackageUpload {
  const subject = `uploadPackages to '${options.prefix}'`;
  must(options.packages.length > 0, subject, '`packages` is empty: name at least one');
  mustBePackages(subject, options.packages);
  mustBeKey(options.prefix);
  return { kind: 'packages', ...options };
}

/**
 * The code that a pipeline's scripts come from.
 *
 * @param options.include files and folders, relative to `folder`
 * @param options.folder relative to the project's folder. @default '.'
 * @param options.prefix where versions are uploaded. @default 'pipeline/code'
 * @throws when nothing is included, or a path leaves the folder
 * @example codeBundle({ include: ['preprocess.py', 'evaluate.py'] })
 */
export function codeBundle(options: { include: readonly string[]; folder?: string; prefix?: string }): CodeBundle {
  const { include, folder = '.', prefix = 'pipeline/code' } = options;
  must(include.length > 0, 'codeBundle', '`include` is empty: name at least one file');
  for (const path of include) {
    must(
      !path.startsWith('/') && !path.split('/').includes('..'),
      'codeBundle',
      `'${path}' leaves the folder '${folder}': move the file there, or choose another folder`,
    );
  }
  mustBeKey(prefix);
  return { kind: 'codeBundle', folder, include, prefix };
}

export type ProjectOptions = Partial<Omit<Project, 'kind'>> & Pick<Project, 'name' | 'bucket'>;

/**
 * A project: the default export of `telar.config.ts`.
 *
 * @throws when the bucket's name is none of S3's, two resources of a kind share a name, or the role of a pipeline or machine is
 *   not listed
 * @example
 * export default defineProject({ name: 'titanic', bucket, roles: [role], modelPackageGroups: [survival],
 *   pipelines: [modelBuild], data: [passengers], code: codeBundle({ include: ['preprocess.py'] }) });
 */
export function defineProject(options: ProjectOptions): Project {
  const { roles = [], modelPackageGroups = [], pipelines = [], machines = [], glueJobs = [] } = options;
  const { schedules = [], topics = [], queues = [], rules = [], data = [], functions = [] } = options;
  const subject = `project '${options.name}'`;
  must(
    /^(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(options.bucket),
    subject,
    `'${options.bucket}' is no bucket name: use 3 to 63 lower-case letters, digits, dots and hyphens`,
  );
  mustBeDistinct(subject, 'roles', roles);
  mustBeDistinct(subject, 'model package groups', modelPackageGroups);
  mustBeDistinct(subject, 'pipelines', pipelines);
  mustBeDistinct(subject, 'state machines', machines);
  mustBeDistinct(subject, 'functions', functions);
  mustBeDistinct(subject, 'Glue jobs', glueJobs);
  mustBeDistinct(subject, 'topics', topics);
  mustBeDistinct(subject, 'queues', queues);
  mustBeDistinct(subject, 'schedules', schedules);
  mustBeDistinct(subject, 'rules', rules);
  mustStartItsOwn(subject, options);
  for (const rule of rules) mustReachListed(subject, rule, { roles, pipelines, machines, functions });
  for (const { kind, name, role } of [...pipelines, ...machines, ...functions, ...glueJobs, ...schedules]) {
    const unlisted = typeof role === 'object' && 'kind' in role && !roles.includes(role) ? role.name : undefined;
    must(
      unlisted === undefined,
      subject,
      `${NOUNS[kind] ?? kind} '${name}' acts as role '${unlisted}', which would not be created: add it to \`roles\``,
    );
  }
  if (options.predict) mustBeWhole(subject, options.predict, roles, modelPackageGroups);
  const listed = {
    roles,
    modelPackageGroups,
    pipelines,
    functions,
    machines,
    glueJobs,
    topics,
    queues,
    schedules,
    rules,
    data,
  };
  return { kind: 'project', ...options, ...listed };
}

/** A schedule group is named after the project: its name must be one of the Scheduler's. */
function mustStartItsOwn(
  subject: string,
  { name, schedules = [], pipelines = [], machines = [], functions = [] }: ProjectOptions,
): void {
  must(
    schedules.length === 0 || /^[\w.-]{1,59}$/.test(name),
    subject,
    'a project with schedules has a name of letters, digits and -_. only, at most 59',
  );
  for (const { name: schedule, target } of schedules) {
    if (typeof target === 'string') continue;
    const { noun, list, listed } = {
      pipeline: { noun: 'pipeline', list: 'pipelines', listed: pipelines },
      stateMachine: { noun: 'state machine', list: 'machines', listed: machines },
      function: { noun: 'function', list: 'functions', listed: functions },
    }[target.kind];
    must(
      (listed as readonly object[]).includes(target),
      subject,
      `schedule '${schedule}' starts ${noun} '${target.name}', which would not be created: add it to \`${list}\``,
    );
  }
}

/** What a rule starts, and as whom, is published with it. */
function mustReachListed(
  subject: string,
  rule: Rule,
  { roles, pipelines, machines, functions }: Pick<Project, 'roles' | 'pipelines' | 'machines' | 'functions'>,
): void {
  const because = (what: string, list: string) =>
    `rule '${rule.name}' ${what}, which would not be created: add it to \`${list}\``;
  for (const role of rolesOf(rule))
    must(roles.includes(role), subject, because(`acts as role '${role.name}'`, 'roles'));
  for (const target of rule.targets) {
    if ('machine' in target) {
      must(machines.includes(target.machine), subject, because(`starts machine '${target.machine.name}'`, 'machines'));
    }
    if ('pipeline' in target) {
      must(
        pipelines.includes(target.pipeline),
        subject,
        because(`starts pipeline '${target.pipeline.name}'`, 'pipelines'),
      );
    }
    if ('function' in target) {
      const { name } = target.function;
      must(functions.includes(target.function), subject, because(`invokes function '${name}'`, 'functions'));
    }
  }
}

function mustBeWhole(
  subject: string,
  { group, role, prefix }: Prediction,
  roles: readonly Role[],
  groups: readonly ModelPackageGroup[],
): void {
  must(
    roles.includes(role),
    subject,
    `predict acts as role '${role.name}', which would not be created: add it to \`roles\``,
  );
  must(
    groups.includes(group),
    subject,
    `predict takes models of '${group.name}', which would not be created: add it to \`modelPackageGroups\``,
  );
  if (prefix !== undefined) mustBeKey(prefix);
}

/** What messages call them. */
const NOUNS: Readonly<Partial<Record<string, string>>> = { stateMachine: 'machine', glueJob: 'Glue job' };

function mustBeDistinct(subject: string, noun: string, resources: readonly { readonly name: string }[]): void {
  const names = resources.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  must(twice === undefined, subject, `two ${noun} are named '${twice}': rename one`);
}

function mustBeKey(key: string): void {
  must(
    key.length > 0 && !key.startsWith('/') && !key.endsWith('/'),
    `the key '${key}'`,
    'an S3 key is not empty and neither begins nor ends with a slash here',
  );
}
