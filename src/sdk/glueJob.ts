/**
 * Glue jobs: a script in Python, and what its runs have. `telar publish` uploads the script under a key that its content makes, so
 * that a job which has been started goes on with the script that it began with.
 *
 * Mirrors https://docs.aws.amazon.com/glue/latest/webapi/API_CreateJob.html
 */
import { must } from './mistake.ts';
import { type S3Uri, s3Uri } from './references.ts';
import { type Role, type RoleArn, roleArn } from './roles.ts';
import { type Context, settle } from './scope.ts';

export type GlueJobOptions = {
  name: string;
  description?: string;
  /** The file, relative to the project's folder. */
  script: string;
  /** `glueetl` runs on Spark, and needs Java. @default 'pythonshell' */
  type?: 'pythonshell' | 'glueetl';
  role: Role | RoleArn;
  /** What each run is given unless it says otherwise, without the hyphens: `{ run_date: 'today' }` is `--run_date today`. */
  arguments?: Readonly<Record<string, string>>;
  /** Packages, as pip names them: --additional-python-modules. */
  modules?: readonly string[];
  /** Files that the script imports from (.py, .zip, .whl), relative to the project's folder: --extra-py-files. */
  libraries?: readonly string[];
  /** @default 1 */
  maxConcurrentRuns?: number;
  /** How often a run that failed is tried again. @default 0 */
  maxRetries?: number;
  /** In minutes. @default Glue's own: 2880, or 480 from Glue 5.0 on */
  timeout?: number;
  /** Of pythonshell jobs, 0.0625 or 1. @default 0.0625 */
  maxCapacity?: number;
  /** Of glueetl jobs. @default ten of G.1X */
  workers?: { type: GlueWorkerType; count: number };
  /** Of glueetl jobs. @default '5.0' */
  glueVersion?: string;
};

export type GlueWorkerType = 'G.025X' | 'G.1X' | 'G.2X' | 'G.4X' | 'G.8X' | 'Standard';

export type GlueJob = GlueJobOptions & { readonly kind: 'glueJob'; readonly type: 'pythonshell' | 'glueetl' };

/** A job as CreateJob is asked for it. */
export type GlueJobRequest = {
  Name: string;
  Description?: string;
  Role: string;
  Command: { Name: string; ScriptLocation: string; PythonVersion: string };
  DefaultArguments?: Record<string, string>;
  ExecutionProperty: { MaxConcurrentRuns: number };
  MaxRetries: number;
  Timeout?: number;
  MaxCapacity?: number;
  WorkerType?: GlueWorkerType;
  NumberOfWorkers?: number;
  GlueVersion?: string;
};

/**
 * A Glue job.
 *
 * @throws when the name is too long, the script is none of Python's, or capacities are mixed up
 * @example
 * glueJob({ name: 'titanic-clean', script: 'glue/clean.py', role: gluerole, arguments: { raw: 's3://titanic/raw/' } })
 */
export function glueJob(options: GlueJobOptions): GlueJob {
  const { name, script, type = 'pythonshell', libraries = [], maxCapacity, workers } = options;
  const subject = `Glue job '${name}'`;
  must(name.length > 0 && name.length <= 255, subject, 'the name has 1 to 255 characters');
  must(script.endsWith('.py'), subject, `the script '${script}' is no .py file`);
  for (const file of [script, ...libraries]) mustStay(subject, file);
  must(
    libraries.every((file) => /\.(py|zip|whl|egg)$/.test(file)),
    subject,
    'libraries are .py, .zip, .whl or .egg files',
  );
  must(maxCapacity === undefined || workers === undefined, subject, 'give either maxCapacity or workers');
  must(type === 'glueetl' || workers === undefined, subject, 'a pythonshell job has no workers: give maxCapacity');
  for (const argument of Object.keys(options.arguments ?? {})) {
    must(!argument.startsWith('-'), subject, `the argument '${argument}' is named without its hyphens here`);
  }
  return { kind: 'glueJob', ...options, type };
}

function mustStay(subject: string, file: string): void {
  const stays = !file.startsWith('/') && !file.split('/').includes('..');
  must(stays, subject, `'${file}' leaves the project's folder: move the file there`);
}

export const glueJobRoleArn = ({ name, role }: GlueJob, context: Context): string =>
  settle(roleArn(`Glue job '${name}'`, role), context) as string;

/**
 * The key of a file of a job: its content makes it.
 *
 * @param sha256 of the file, in hexadecimal
 * @example glueFileKey('titanic-clean', 'glue/clean.py', '6b22…') // 'glue/titanic-clean/6b22…/clean.py'
 */
export function glueFileKey(job: string, file: string, sha256: string): string {
  const folder = job.replace(/[^\w.-]/g, '-');
  return `glue/${folder}/${sha256.slice(0, 16)}/${file.slice(file.lastIndexOf('/') + 1)}`;
}

/** @param keyOf the key of an uploaded file */
export function glueJobRequest(
  job: GlueJob,
  role: string,
  bucket: string,
  keyOf: (file: string) => string,
): GlueJobRequest {
  const { name, description, script, type, modules = [], libraries = [], timeout, maxCapacity, workers } = job;
  const uri = (file: string): S3Uri => s3Uri(bucket, keyOf(file));
  const given: Record<string, string> = {
    ...Object.fromEntries(Object.entries(job.arguments ?? {}).map(([key, value]) => [`--${key}`, value])),
    ...(modules.length > 0 && { '--additional-python-modules': modules.join(',') }),
    ...(libraries.length > 0 && { '--extra-py-files': libraries.map(uri).join(',') }),
  };
  return {
    Name: name,
    ...(description && { Description: description }),
    Role: role,
    Command: { Name: type, ScriptLocation: uri(script), PythonVersion: type === 'pythonshell' ? '3.9' : '3' },
    ...(Object.keys(given).length > 0 && { DefaultArguments: given }),
    ExecutionProperty: { MaxConcurrentRuns: job.maxConcurrentRuns ?? 1 },
    MaxRetries: job.maxRetries ?? 0,
    ...(timeout !== undefined && { Timeout: timeout }),
    ...(maxCapacity !== undefined && { MaxCapacity: maxCapacity }),
    ...(workers && { WorkerType: workers.type, NumberOfWorkers: workers.count }),
    ...(type === 'glueetl' && { GlueVersion: job.glueVersion ?? '5.0' }),
  };
}
