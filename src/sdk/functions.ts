/**
 * Lambda functions: a handler in a file of the project, and how it runs.
 *
 * F1. A state machine or a rule names a function by its name, or by `functionArn`: both are the same on Telar and on AWS.
 */
import { arn } from '../base/arn.ts';
import { must } from './mistake.ts';
import { mustBePackages } from './packages.ts';
import type { RoleLike } from './roles.ts';
import { roleArn } from './roles.ts';
import { type Context, type Late, settle } from './scope.ts';

export type FunctionRuntime =
  | ('nodejs20.x' | 'nodejs22.x' | 'nodejs24.x')
  | ('python3.10' | 'python3.11' | 'python3.12' | 'python3.13');

export type LambdaFunction = {
  readonly kind: 'function';
  readonly name: string;
  /** The handler's file, relative to the project's folder. */
  readonly file: string;
  /** The name of the handler in it. */
  readonly handler: string;
  /** Further files and folders of a Python function, relative to the handler's folder. */
  readonly include: readonly string[];
  /** Packages of npm that lie in the zip as they are, with all that they depend on. */
  readonly packages: readonly string[];
  readonly runtime: FunctionRuntime;
  readonly role: RoleLike;
  readonly description?: string;
  /** In megabytes. */
  readonly memory: number;
  /** Of `/tmp`, in megabytes. */
  readonly storage: number;
  /** In seconds. */
  readonly timeout: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Of an invocation that nobody waits for, as a rule's. */
  readonly retries?: number;
  readonly onFailure?: string | Late<string>;
};

export type FunctionOptions = Pick<LambdaFunction, 'name' | 'file' | 'role'> &
  Partial<Omit<LambdaFunction, 'kind' | 'name' | 'file' | 'role'>>;

const PYTHON = /\.py$/;
const SCRIPT = /\.[cm]?[jt]s$/;

/**
 * A function. One in TypeScript or JavaScript is bundled with all that it imports, into one file, but for `packages`, which lie beside it;
 * one in Python is taken as it is, with what `include` names.
 *
 * @param options.file relative to the project's folder
 * @param options.handler the exported function, or the one of the module. @default 'handler'
 * @param options.packages for what cannot be bundled, as native modules: names of packages that are installed in the project, of the
 *   platform that runs the function
 * @param options.runtime @default nodejs24.x, or python3.13
 * @param options.memory in megabytes. @default 256
 * @param options.storage of `/tmp`, in megabytes. @default 512
 * @param options.timeout in seconds. @default 30
 * @param options.retries how often an invocation that nobody waits for is tried again, after one minute and after two. @default AWS's: 2
 * @param options.onFailure the ARN of the topic, queue, function or event bus that is told when all have failed: `topicArn(alerts)`. The
 *   function's role must be allowed to send there
 * @throws when the name is none of Lambda's, the file has another ending, a package's name is none of npm's, or memory, storage, timeout or retries are beyond what Lambda has
 * @example
 * defineFunction({ name: 'evaluate', file: 'functions/evaluate.ts', role, environment: { BUCKET: bucket } })
 */
export function defineFunction(options: FunctionOptions): LambdaFunction {
  const subject = `function '${options.name}'`;
  const python = PYTHON.test(options.file);
  must(
    /^[a-zA-Z0-9-_]{1,64}$/.test(options.name),
    subject,
    'the name may hold letters, digits, - and _ only, at most 64',
  );
  must(
    python || SCRIPT.test(options.file),
    subject,
    `'${options.file}' is neither Python nor TypeScript or JavaScript`,
  );
  for (const path of [options.file, ...(options.include ?? [])])
    must(!path.startsWith('/') && !path.split('/').includes('..'), subject, `'${path}' leaves the project's folder`);
  must(python || !options.include?.length, subject, '`include` is for Python: what TypeScript imports is bundled');
  must(
    !python || !options.packages?.length,
    subject,
    "`packages` is for npm's: what Python imports goes beside the handler, by `include`",
  );
  mustBePackages(subject, options.packages ?? []);
  const {
    handler = 'handler',
    include = [],
    packages = [],
    runtime = python ? 'python3.13' : 'nodejs24.x',
    memory = 256,
    storage = 512,
    timeout = 30,
    environment = {},
  } = options;
  must(runtime.startsWith('python') === python, subject, `'${options.file}' does not run on ${runtime}`);
  must(memory >= 128 && memory <= 10_240, subject, `memory is ${memory}: give 128 to 10240 megabytes`);
  must(storage >= 512 && storage <= 10_240, subject, `storage is ${storage}: give 512 to 10240 megabytes`);
  must(timeout >= 1 && timeout <= 900, subject, `timeout is ${timeout}: give 1 to 900 seconds`);
  const { retries = 2 } = options;
  must([0, 1, 2].includes(retries), subject, `retries is ${retries}: give 0, 1 or 2`);
  const settled = { handler, include, packages, runtime, memory, storage, timeout, environment };
  return { kind: 'function', ...options, ...settled };
}

/** A function's ARN, where the project is published. @example Resource: functionArn(evaluate) */
export function functionArn({ name }: Pick<LambdaFunction, 'name'>): Late<string> {
  return ({ account, region }: Context) => arn('lambda', region, account, `function:${name}`);
}

export type FunctionDocuments = Omit<LambdaFunction, 'kind' | 'role' | 'description' | 'retries' | 'onFailure'> & {
  arn: string;
  roleArn: string;
  description: string;
  /** Of invocations that nobody waits for. Absent: as it is on the server. */
  unattended?: { retries?: number; onFailure?: string };
};

export function functionDocuments(fn: LambdaFunction, context: Context): FunctionDocuments {
  const { kind: _, role, description = '', retries, onFailure, ...rest } = fn;
  const unattended = {
    ...(retries !== undefined && { retries }),
    ...(onFailure !== undefined && { onFailure: settle(onFailure, context) as string }),
  };
  return {
    ...rest,
    description,
    ...(Object.keys(unattended).length > 0 && { unattended }),
    arn: functionArn(fn)(context),
    roleArn: settle(roleArn(`function '${fn.name}'`, role), context) as string,
  };
}
